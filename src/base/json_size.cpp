#include "base/json_size.hpp"

namespace scimd {

std::size_t count_json_values(std::string_view text) noexcept
{
    std::size_t values = 1;
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                is_in_string = false;
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == ',' || c == '[' || c == '{') {
            ++values;
        }
    }
    return values;
}

std::size_t json_request_memory(std::string_view text) noexcept
{
    constexpr std::size_t copies = 4;
    constexpr std::size_t bytes_per_value = 300;
    return text.size() * copies + count_json_values(text) * bytes_per_value;
}

}  // namespace scimd
