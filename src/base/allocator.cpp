#include "base/allocator.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace scimd {

// Texts of large requests are mapped and unmapped by themselves; left alone, glibc raises that threshold to
// 32 MiB after the first one, and keeps what is freed. Each thread that ever met another in malloc has an
// arena of its own, eight a core, and each keeps the most that it has ever held: four are enough for our
// threads.
void tune_allocator() noexcept
{
#ifdef __GLIBC__
    constexpr int mapped_bytes_min = 256 * 1024;
    constexpr int kept_bytes_max = 2 * 1024 * 1024;
    constexpr int arenas_max = 4;
    mallopt(M_MMAP_THRESHOLD, mapped_bytes_min);
    mallopt(M_TRIM_THRESHOLD, kept_bytes_max);
    mallopt(M_ARENA_MAX, arenas_max);
#endif
}

void trim_allocator() noexcept
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace scimd
