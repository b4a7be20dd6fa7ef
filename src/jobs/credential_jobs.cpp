#include "jobs/credential_jobs.hpp"

#include "service/auth/signing.hpp"
#include "store/clients.hpp"
#include "store/credentials.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace scimd::jobs {
namespace {

constexpr std::chrono::minutes last_used_interval{1};
constexpr std::chrono::hours signing_key_interval{1};

}  // namespace

void credential_jobs::add_jobs(scheduler& scheduler) {
    scheduler.add({"token_usage", last_used_interval, [this] { save_last_used_times(); }});
    scheduler.add({"signing_key", signing_key_interval, [this] { rotate_signing_key_when_due(); }, true});
}

void credential_jobs::save_last_used_times() {
    auto used = last_used_.take();
    if (used.empty())
        return;
    const auto write = [used = std::move(used)](store::transaction& tx) {
        for (const auto& [secret, last] : used) {
            store::credentials::set_last_used(tx, secret, last);
            store::clients::set_last_used(tx, secret, last.when);
        }
        return store::verdict::commit;
    };
    database_.submit(store::intent::write, write, [this](const std::exception_ptr& problem) {
        if (problem)
            log_.warning("token_usage.not_saved");
    });
}

void credential_jobs::rotate_signing_key_when_due() {
    bool is_due = false;
    store::run(database_, store::intent::read, [&](store::transaction& tx) {
        is_due = service::signing::is_due(store::signing_keys::list(tx), tx.now());
        return store::verdict::commit;
    });
    if (!is_due)
        return;
    const auto fresh = rsa_key::generate();
    store::run(database_, store::intent::write, [&](store::transaction& tx) {
        const auto made =
                service::signing::introduce(tx, key_vault_, fresh, service::signing::urgency::as_usual);
        return made ? store::verdict::commit : store::verdict::rollback;
    });
    log_.info("signing_key.rotated");
}

}  // namespace scimd::jobs
