#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <string>

namespace scimd::app {
namespace {

constexpr std::size_t store_files = 140;  // 64 readers of two files each, the writer, the lock, a backup
constexpr std::size_t other_files = 20;   // standard streams, event loops, the log, certificates
// Webhooks (512), name servers (64) and spooled responses (64) retry later when they get no descriptor: at
// most a quarter of what is left is reserved for them.
constexpr std::size_t elastic_files_max = 640;
constexpr std::size_t elastic_part = 4;

std::size_t elastic_files(std::size_t left) noexcept {
    return std::min(elastic_files_max, left / elastic_part);
}

// The lowest limit under which so many connections fit beside the fixed files.
std::size_t limit_for(std::size_t connections, std::size_t fixed) noexcept {
    auto left = connections;
    while (left - elastic_files(left) < connections)
        ++left;
    return fixed + left;
}

}  // namespace

result<descriptor_plan> plan_descriptors(std::size_t open_files_max, const descriptor_needs& needs) {
    const auto fixed = store_files + other_files + needs.listeners;
    const auto left = open_files_max > fixed ? open_files_max - fixed : 0;
    const auto elastic = elastic_files(left);
    const auto needed = std::min(connections_min, needs.connections);
    descriptor_plan plan;
    plan.connections = std::min(needs.connections, left - elastic);
    plan.reserved = fixed + elastic;
    if (plan.connections < needed)
        return error{errc::unavailable,
                "The limit of open files is " + std::to_string(open_files_max) + ", which leaves room for " +
                        std::to_string(plan.connections) + " connections beside " +
                        std::to_string(plan.reserved) + " other files; at least " + std::to_string(needed) +
                        " are needed. Raise it to " + std::to_string(limit_for(needed, fixed)) +
                        " or more (ulimit -n, LimitNOFILE)."};
    return plan;
}

std::size_t raise_open_files_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 0;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    return static_cast<std::size_t>(files.rlim_cur);
}

}  // namespace scimd::app
