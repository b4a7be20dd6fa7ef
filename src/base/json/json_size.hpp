// How much memory a JSON text takes once it is a document. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace scimd {

// Looks at a text once, in pieces of any size as they arrive: there is no moment at which all of a large one
// is walked through. The text need not be sound.
class json_meter {
public:
    void add(std::string_view piece) noexcept;

    // The values of the text so far, or more: every value follows a bracket, a brace or a comma, or is the
    // whole. Brackets in strings do not count.
    [[nodiscard]] std::size_t values() const noexcept { return values_; }

    // What a request with this body takes while it is carried out, by measurement: the text some four times
    // (as received, parsed, as a resource and as an event) and 300 bytes for each value.
    [[nodiscard]] std::size_t request_memory() const noexcept;

private:
    std::size_t bytes_ = 0;
    std::size_t values_ = 1;
    bool is_in_string_ = false;
    bool is_escaped_ = false;  // the byte before was the backslash of an escape
};

}  // namespace scimd
