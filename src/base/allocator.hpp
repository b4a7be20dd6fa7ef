// The C library's allocator, kept from holding on to what large requests have used. Elsewhere than with glibc
// these do nothing.
#pragma once

namespace scimd {

// To be called once, before there are threads.
void tune_allocator() noexcept;

// Gives free memory back to the system: some milliseconds for each 100 MB, during which others may have to
// wait for memory.
void trim_allocator() noexcept;

}  // namespace scimd
