#include "app/application.hpp"

#include "app/master_keys.hpp"
#include "net/client/http_client.hpp"
#include "scim/schema/schema_loader.hpp"
#include "store/encrypted_secrets.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace scimd::app {
namespace {

constexpr std::int64_t secrets_batch_max = 100;  // encrypted again in one transaction

// Webhooks must not go to the addresses of the server's own listeners. A listener on all addresses stands for
// those of the machine.
service::webhooks::target_rules webhook_rules(const options::configuration& settings) {
    service::webhooks::target_rules rules;
    rules.ports = settings.webhook_ports;
    rules.addresses.allows_private = settings.allows_private_webhooks;
    for (const auto& listener : settings.listen) {
        const auto address = ip_address::parse(listener.host);
        if (address && *address != ip_address{} && *address != ip_address{.is_v6 = true})
            rules.addresses.own.push_back(*address);
        else if (address)
            std::ranges::copy(net::addresses_of_machine(), std::back_inserter(rules.addresses.own));
    }
    return rules;
}

// Calls `replace` with the text of the file that an option names; does nothing without a file.
template <class Replace>
result<void> replace_by_file(const std::filesystem::path& name, std::string_view option, Replace replace) {
    if (name.empty())
        return {};
    std::ifstream file(name);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        return error{errc::invalid_value, std::string(option) + ": the file cannot be read."};
    return replace(text);
}

}  // namespace

result<std::unique_ptr<application>> application::open(
        const options::configuration& settings, logger& log, const std::atomic<bool>* is_cancelled) {
    // The definitions were validated when the configuration was read.
    auto types = scim::extend_standard(settings.definitions).types.value();
    std::unique_ptr<application> made(new application(settings, std::move(types), log, is_cancelled));
    store::sqlite_options options;
    options.folder = settings.data;
    options.is_cancelled = is_cancelled;
    auto opened = store::open_sqlite(options, made->wall_clock_, made->ids_, log, made->metrics_);
    if (!opened)
        return opened.error();
    made->database_ = std::move(*opened);
    made->database_->on_commit([self = made.get()] { self->notify_commit(); });
    made->clock_monitor_.emplace(*made->database_, made->wall_clock_, log, made->metrics_);
    made->clock_monitor_->resume();
    if (const auto opened_vault = made->open_vault(); !opened_vault)
        return opened_vault.error();
    if (const auto read = made->read_domain_policy(); !read)
        return read.error();
    net::dns_options dns;
    dns.servers = settings.dns_servers;
    made->spooled_responses_.emplace(settings.data, made->metrics_);
    made->resolver_ = net::make_dns_resolver(dns, made->metrics_);
    environment_id environment;
    store::run(*made->database_, store::intent::read, [&](store::transaction& tx) {
        environment = store::tenants::environment(tx);
        return store::verdict::commit;
    });
    if (settings.directory_rate.per_second > 0)
        made->directory_limits_.emplace(settings.directory_rate);
    if (const auto rate = settings.anonymous_requests_per_address; rate > 0)
        made->anonymous_limits_.emplace(rate, settings.limits.trusted_proxies, made->metrics_);
    made->server_context_.emplace(api::server_context{.schemas = made->schemas_,
            .wall_clock = made->wall_clock_,
            .random = *made->random_,
            .metrics = made->metrics_,
            .last_used = made->last_used_,
            .requests = made->requests_,
            .key_vault = *made->vault_,
            .token_cache = made->token_cache_,
            .login_limits = made->login_limits_,
            .cursors = *made->cursors_,
            .spooled_responses = *made->spooled_responses_,
            .environment = environment,
            .public_url = settings.public_url,
            .is_metrics_open = settings.is_metrics_open,
            .bounds = {},
            .why_not_ready = [self = made.get()] { return self->why_not_ready(); },
            .token_lifetime = settings.token_lifetime,
            .secret_lifetime_max = settings.secret_lifetime_max,
            .audit_retention = settings.audit_kept,
            .renew_master_key =
                    [self = made.get()](
                            store::database& database) { return self->renew_master_key(database); },
            .domains = made->domain_policy_,
            .look_up_txt = jobs::make_txt_look_up(*made->resolver_),
            .webhook_rules = webhook_rules(settings),
            .cancelled = is_cancelled,
            .directory_limits = made->directory_limits_ ? &*made->directory_limits_ : nullptr,
            .anonymous_limits = made->anonymous_limits_ ? &*made->anonymous_limits_ : nullptr,
            .quotas = std::make_shared<service::quota_policy>(settings.quotas)});
    made->pipeline_.emplace(*made->server_context_);
    made->add_jobs();
    return made;
}

result<void> application::open_vault() {
    std::vector<std::string> used;
    store::run(*database_, store::intent::read, [&](store::transaction& tx) {
        used = store::encrypted_secrets::key_ids(tx);
        return store::verdict::commit;
    });
    auto keys = load_master_keys(settings_, used, *random_, log_);
    if (!keys)
        return keys.error();
    vault_.emplace(std::move(*keys), *random_);
    cursors_.emplace(*vault_, *random_);
    return {};
}

result<void> application::read_domain_policy() {
    domain_policy_.schedule.window = settings_.domain_window;
    auto& rules = domain_policy_.rules;
    auto done = replace_by_file(settings_.mail_providers, "--mail-providers",
            [&](const std::string& text) { return rules.replace_mail_providers(text); });
    if (!done)
        return done;
    return replace_by_file(settings_.reserved_domains, "--reserved-domains",
            [&](const std::string& text) { return rules.replace_reserved_domains(text); });
}

webhooks::delivery_dependencies application::webhook_dependencies() {
    return {.database = *database_,
            .wall_clock = wall_clock_,
            .random = *random_,
            .key_vault = *vault_,
            .rules = server_context_->webhook_rules,
            .environment = server_context_->environment,
            .log = log_,
            .metrics = metrics_,
            .is_cancelled = is_cancelled_};
}

application::~application() {
    close();
}

// Safe against a crash at any point: the new key is on disk before it encrypts anything. Old keys stay,
// because backups need them.
result<std::string> application::renew_master_key(store::database& database) {
    if (owns_master_key(settings_)) {
        const auto file = own_master_key_file(settings_);
        auto old = load_master_keys(settings_, {}, *random_, log_);
        if (!old)
            return old.error();
        if (old->size() >= master_keys_max) {
            return error{errc::conflict,
                    file.string() +
                            " holds 16 keys, and no more fit in. Remove the last ones, once no backup needs "
                            "them any more, and restart the server."};
        }
        std::vector<master_key> keys;
        keys.push_back(make_master_key(*random_));
        std::ranges::move(*old, std::back_inserter(keys));
        write_master_keys(file, keys);
        vault_->add_sealing_key(std::move(keys.front()));
    }
    std::int64_t sealed = 1;
    while (sealed > 0) {
        store::run(database, store::intent::write, [&](store::transaction& tx) {
            sealed = store::encrypted_secrets::reseal(tx, *vault_, secrets_batch_max);
            return store::verdict::commit;
        });
    }
    const auto id = vault_->sealing_key();
    log_.info("master_key.renewed", {{"key_id", id}});
    return id;
}

void application::on_commit(std::function<void()> notify) {
    const std::lock_guard hold(commit_callbacks_lock_);
    commit_callbacks_.push_back(std::move(notify));
}

void application::notify_commit() {
    const std::lock_guard hold(commit_callbacks_lock_);
    for (const auto& notify : commit_callbacks_)
        notify();
}

void application::add_readiness_check(std::function<std::string()> why_not) {
    readiness_checks_.push_back(std::move(why_not));
}

std::string application::why_not_ready() const {
    if (is_draining_)
        return "draining";
    auto reason = database_->why_not_writable();
    for (const auto& check : readiness_checks_) {
        if (!reason.empty())
            break;
        reason = check();
    }
    return reason;
}

void application::add_jobs() {
    scheduler_.pause_by([this] { return wall_clock_.look().is_settled; });
    clock_monitor_->add_jobs(scheduler_);
    credential_jobs_.emplace(*database_, last_used_, *vault_, log_);
    credential_jobs_->add_jobs(scheduler_);
    directory_jobs_.emplace(*database_, schemas_, server_context_->environment);
    directory_jobs_->add_jobs(scheduler_);
    retention_jobs_.emplace(*database_, wall_clock_, settings_.kept);
    retention_jobs_->add_jobs(scheduler_);
    storage_monitor_.emplace(*database_, *server_context_->quotas, settings_.disk_reserve_bytes,
            settings_.kept.events, log_, metrics_);
    storage_monitor_->watch(jobs::free_space_of(settings_.data));
    storage_monitor_->look_at_disk();
    storage_monitor_->add_jobs(scheduler_);
    organization_jobs_.emplace(*database_, schemas_, domain_policy_, server_context_->look_up_txt,
            server_context_->environment, log_);
    organization_jobs_->add_jobs(scheduler_);
    request_log_writer_.emplace(*database_, requests_, settings_.requests_kept, log_);
    request_log_writer_->add_jobs(scheduler_);
}

void application::close() {
    if (!database_)
        return;
    scheduler_.stop();
    if (organization_jobs_)
        organization_jobs_->stop();
    resolver_.reset();
    if (credential_jobs_)
        credential_jobs_->save_last_used_times();
    if (clock_monitor_ && clock_monitor_->has_saved())
        clock_monitor_->save();
    if (request_log_writer_)
        request_log_writer_->flush();
    database_->close();
    database_.reset();
}

}  // namespace scimd::app
