// Simulates a full disk: a limit on the size of the files that this process writes.
#pragma once

#include <signal.h>
#include <sys/resource.h>

namespace scimd::test {

// While it lives, a write beyond `bytes` of a file fails with an I/O error. Affects the whole process.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit bounded{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &bounded);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
    ~file_size_limit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

}  // namespace scimd::test
