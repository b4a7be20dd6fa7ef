// Estimates the memory that a JSON text takes once it is parsed. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace scimd {

// Scans a text in pieces of any size as they arrive, so that a long text is never scanned all at once. The
// text need not be valid JSON. One thread at a time.
class json_meter {
public:
    void add(std::string_view piece) noexcept;

    // Returns an upper bound of the number of values so far: every value follows a bracket, a brace or a
    // comma, or is the whole document. Brackets in strings do not count.
    [[nodiscard]] std::size_t values() const noexcept { return values_; }

    // Returns the memory that a request with this body takes while it is processed, as measured: about four
    // times the text (as received, parsed, as a resource and as an event) and 300 bytes per value.
    [[nodiscard]] std::size_t request_memory() const noexcept;

private:
    std::size_t bytes_ = 0;
    std::size_t values_ = 1;
    bool is_in_string_ = false;
    bool is_escaped_ = false;  // the previous byte was the backslash of an escape
};

}  // namespace scimd
