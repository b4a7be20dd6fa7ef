#include "api/content_negotiation.hpp"

#include "base/text.hpp"

namespace scimd::api {
namespace {

constexpr int weight_max = 1'000;

// Parses "0.25" to thousandths. An invalid weight counts as the greatest, as a missing weight does.
int parse_weight(std::string_view text) {
    if (text.empty() || !is_digit(text.front()))
        return weight_max;
    int weight = (text.front() - '0') * weight_max;
    int unit = weight_max;
    for (const char digit : text.substr(text.size() > 1 && text[1] == '.' ? 2 : 1)) {
        if (!is_digit(digit))
            break;
        unit /= 10;
        weight += (digit - '0') * unit;
    }
    return weight < weight_max ? weight : weight_max;
}

int weight_of(std::string_view range) {
    for (const auto parameter : split(range, ';')) {
        const auto text = trim(parameter);
        if (starts_with_ignoring_case(text, "q="))
            return parse_weight(text.substr(2));
    }
    return weight_max;
}

// The specificity of a media range that matches the type: 0 no match, 1 for */*, 2 for application/*, 3 for
// the type itself.
int specificity(std::string_view range, std::string_view type) {
    if (equals_ignoring_case(range, type))
        return 3;
    if (equals_ignoring_case(range, "application/*"))
        return 2;
    return range == "*/*" ? 1 : 0;
}

// The weight of the most specific range that matches the type.
int weight_for(std::string_view type, std::string_view accept) {
    int highest = 0;
    int weight = 0;
    for (const auto range : split(accept, ',')) {
        const auto found = specificity(trim(range.substr(0, range.find(';'))), type);
        if (found <= highest)
            continue;
        highest = found;
        weight = weight_of(range);
    }
    return weight;
}

}  // namespace

bool prefers_plain_json(std::string_view accept) {
    return weight_for("application/json", accept) > weight_for("application/scim+json", accept);
}

}  // namespace scimd::api
