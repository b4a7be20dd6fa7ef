#include "service/scim/etag.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace scimd::service {
namespace {

constexpr std::size_t tags_max = 32;

// Removes one tag and the comma after it from the front of `rest`; empty when there is none.
std::optional<std::string> take_tag(std::string_view& rest) {
    rest = trim(rest);
    if (rest.starts_with("W/"))
        rest.remove_prefix(2);
    if (!rest.starts_with('"'))
        return std::nullopt;
    const auto end = rest.find('"', 1);
    if (end == std::string_view::npos)
        return std::nullopt;
    std::string tag(rest.substr(1, end - 1));
    rest = trim(rest.substr(end + 1));
    if (rest.empty())
        return tag;
    if (!rest.starts_with(','))
        return std::nullopt;
    rest.remove_prefix(1);
    return tag;
}

}  // namespace

std::string etag(std::int64_t version) {
    return "W/\"" + std::to_string(version) + '"';
}

result<entity_tags> entity_tags::parse(std::string_view field) {
    entity_tags parsed;
    auto rest = trim(field);
    if (rest == "*") {
        parsed.is_any = true;
        return parsed;
    }
    while (!rest.empty()) {
        auto tag = take_tag(rest);
        if (!tag || parsed.tags.size() == tags_max)
            return error{errc::invalid_value, "If-Match and If-None-Match take * or a list of quoted tags."};
        parsed.tags.push_back(std::move(*tag));
    }
    return parsed;
}

bool entity_tags::matches(std::int64_t version) const {
    return is_any || std::ranges::find(tags, std::to_string(version)) != tags.end();
}

result<void> preconditions::check(std::int64_t version) const {
    if (auto match = check_match(version); !match)
        return match;
    if (if_none_match && if_none_match->matches(version))
        return error{errc::precondition_failed, "The resource has version " + etag(version) + " already."};
    return {};
}

result<void> preconditions::check_match(std::int64_t version) const {
    if (if_match && !if_match->matches(version))
        return error{errc::precondition_failed, "The resource has version " + etag(version) + "."};
    return {};
}

}  // namespace scimd::service
