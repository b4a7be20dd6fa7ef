#include "scimd/http.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace scimd::http {

namespace {

auto named(std::string_view name) {
    return [name](const field& row) { return equals_ignoring_case(row.name, name); };
}

}  // namespace

void fields::add(std::string name, std::string value) {
    rows_.push_back({std::move(name), std::move(value)});
}

void fields::set(std::string_view name, std::string value) {
    const auto first = std::find_if(rows_.begin(), rows_.end(), named(name));
    if (first == rows_.end()) {
        add(std::string(name), std::move(value));
        return;
    }
    first->value = std::move(value);
    rows_.erase(std::remove_if(first + 1, rows_.end(), named(name)), rows_.end());
}

const std::string* fields::find(std::string_view name) const noexcept {
    const auto first = std::find_if(rows_.begin(), rows_.end(), named(name));
    return first == rows_.end() ? nullptr : &first->value;
}

std::size_t fields::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(rows_.begin(), rows_.end(), named(name)));
}

}  // namespace scimd::http
