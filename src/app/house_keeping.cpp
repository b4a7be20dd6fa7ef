#include "app/house_keeping.hpp"

#include "app/master_keys.hpp"
#include "store/credentials.hpp"
#include "store/sealed.hpp"
#include "store/tenants.hpp"

#include <chrono>
#include <utility>

namespace scimd::app {
namespace {

constexpr std::chrono::minutes usage_save_interval{1};

}  // namespace

result<std::unique_ptr<house_keeping>> house_keeping::open(const configuration& settings, logger& log)
{
    std::unique_ptr<house_keeping> made(new house_keeping(log));
    store::sqlite_options options;
    options.folder = settings.data;
    auto opened = store::open_sqlite(options, *made->wall_, made->ids_, log, made->figures_);
    if (!opened)
        return opened.error();
    made->database_ = std::move(*opened);
    made->database_->on_commit([home = made.get()] { home->ring_bells(); });
    if (const auto opened_vault = made->open_vault(settings); !opened_vault)
        return opened_vault.error();
    environment_id environment;
    store::run(*made->database_, store::intent::read, [&](store::transaction& tx) {
        environment = store::tenants::environment(tx);
        return store::verdict::commit;
    });
    made->house_.emplace(api::house{
        .schemas = made->schemas_,
        .wall = *made->wall_,
        .random = *made->random_,
        .figures = made->figures_,
        .usage = made->usage_,
        .safe = *made->vault_,
        .environment = environment,
        .public_url = settings.public_url,
        .is_metrics_open = settings.is_metrics_open,
        .bounds = {},
        .why_not_ready =
            [home = made.get()] {
                return home->is_draining_ ? std::string("draining") : home->database_->why_not_writable();
            }
    });
    made->site_.emplace(*made->house_);
    made->add_jobs();
    return made;
}

result<void> house_keeping::open_vault(const configuration& settings)
{
    std::vector<std::string> used;
    store::run(*database_, store::intent::read, [&](store::transaction& tx) {
        used = store::sealed::key_ids(tx);
        return store::verdict::commit;
    });
    auto keys = load_master_keys(settings, used, *random_, log_);
    if (!keys)
        return keys.error();
    vault_.emplace(std::move(*keys), *random_);
    return {};
}

house_keeping::~house_keeping()
{
    close();
}

void house_keeping::on_commit(std::function<void()> bell)
{
    const std::lock_guard hold(bells_lock_);
    bells_.push_back(std::move(bell));
}

void house_keeping::ring_bells()
{
    const std::lock_guard hold(bells_lock_);
    for (const auto& bell : bells_)
        bell();
}

void house_keeping::add_jobs()
{
    background_.add({"token_usage", usage_save_interval, [this] { save_token_usage(); }});
}

void house_keeping::save_token_usage()
{
    auto used = usage_.take();
    if (used.empty())
        return;
    const auto write = [used = std::move(used)](store::transaction& tx) {
        for (const auto& [token, when] : used)
            store::credentials::set_last_used(tx, token, when);
        return store::verdict::commit;
    };
    database_->submit(store::intent::write, write, [this](const std::exception_ptr& problem) {
        if (problem)
            log_.warning("token_usage.not_saved");
    });
}

void house_keeping::close()
{
    if (!database_)
        return;
    background_.stop();
    save_token_usage();
    database_->close();
    database_.reset();
}

}  // namespace scimd::app
