#include "base/allocator.hpp"

#include <chrono>
#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace scimd {

namespace {

void release_to_system() noexcept {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace

// Buffers of large requests are mapped and unmapped individually; by default glibc would raise that threshold
// to 32 MiB after the first one and keep what is freed. By default glibc also creates up to eight arenas per
// core for contending threads, each of which keeps its peak size; four suffice for the threads of scimd.
void tune_allocator() noexcept {
#ifdef __GLIBC__
    constexpr int mapped_bytes_min = 256 * 1024;
    constexpr int kept_bytes_max = 2 * 1024 * 1024;
    constexpr int arenas_max = 4;
    mallopt(M_MMAP_THRESHOLD, mapped_bytes_min);
    mallopt(M_TRIM_THRESHOLD, kept_bytes_max);
    mallopt(M_ARENA_MAX, arenas_max);
#endif
}

allocator_trimmer::allocator_trimmer() : thread_([this] { run(); }) {}

allocator_trimmer::~allocator_trimmer() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void allocator_trimmer::ask() {
    {
        const std::lock_guard lock(mutex_);
        is_asked_ = true;
    }
    changed_.notify_one();
}

// Limits the rate of trims: while one runs, threads that share an arena with the freed memory wait for it.
void allocator_trimmer::run() {
    constexpr std::chrono::milliseconds pause{200};
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return is_asked_ || is_ending_; });
        if (is_ending_)
            return;
        is_asked_ = false;
        lock.unlock();
        release_to_system();
        lock.lock();
        changed_.wait_for(lock, pause, [this] { return is_ending_; });
    }
}

}  // namespace scimd
