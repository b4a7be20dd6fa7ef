#include "base/json/json_meter.hpp"

namespace scimd {

void json_meter::add(std::string_view piece) noexcept {
    bytes_ += piece.size();
    for (const char c : piece)
        if (is_escaped_)
            is_escaped_ = false;
        else if (is_in_string_ && c == '\\')
            is_escaped_ = true;
        else if (c == '"')
            is_in_string_ = !is_in_string_;
        else if (!is_in_string_ && (c == ',' || c == '[' || c == '{'))
            ++values_;
}

std::size_t json_meter::request_memory() const noexcept {
    constexpr std::size_t copies = 4;
    constexpr std::size_t bytes_per_value = 300;
    return bytes_ * copies + values_ * bytes_per_value;
}

}  // namespace scimd
