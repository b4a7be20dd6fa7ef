// Background jobs of credentials: writes when secrets were last used, and rotates the key that signs access
// tokens.
#pragma once

#include "base/crypto/vault.hpp"
#include "base/log.hpp"
#include "jobs/scheduler.hpp"
#include "service/auth/last_used.hpp"
#include "store/engine/database.hpp"

namespace scimd::jobs {

// Its jobs run on the scheduler's thread; save_last_used_times() may be called on another one after that has
// ended.
class credential_jobs {
public:
    // All outlive it.
    credential_jobs(store::database& database, service::last_used_times& last_used, const vault& key_vault,
            logger& log)
            : database_(database), last_used_(last_used), key_vault_(key_vault), log_(log) {}

    void add_jobs(scheduler& scheduler);

    // Writes the times that are in memory. Does not wait for the commit.
    void save_last_used_times();

private:
    void rotate_signing_key_when_due();

    store::database& database_;
    service::last_used_times& last_used_;
    const vault& key_vault_;
    logger& log_;
};

}  // namespace scimd::jobs
