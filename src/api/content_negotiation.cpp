#include "api/content_negotiation.hpp"

#include "base/text.hpp"

namespace scimd::api {
namespace {

constexpr int weight_max = 1'000;

// "0.25" in thousandths; what is no weight counts as the greatest, as a missing one does.
int parse_weight(std::string_view text)
{
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

int weight_of(std::string_view range)
{
    for (const auto parameter : split(range, ';')) {
        const auto text = trim(parameter);
        if (starts_with_ignoring_case(text, "q="))
            return parse_weight(text.substr(2));
    }
    return weight_max;
}

// How closely a range names a type: 0 not at all, then */*, application/*, the type itself.
int closeness(std::string_view range, std::string_view type)
{
    if (equals_ignoring_case(range, type))
        return 3;
    if (equals_ignoring_case(range, "application/*"))
        return 2;
    return range == "*/*" ? 1 : 0;
}

// That of the range that names the type most closely.
int weight_for(std::string_view type, std::string_view accept)
{
    int closest = 0;
    int weight = 0;
    for (const auto range : split(accept, ',')) {
        const auto found = closeness(trim(range.substr(0, range.find(';'))), type);
        if (found <= closest)
            continue;
        closest = found;
        weight = weight_of(range);
    }
    return weight;
}

}  // namespace

bool prefers_plain_json(std::string_view accept)
{
    return weight_for("application/json", accept) > weight_for("application/scim+json", accept);
}

}  // namespace scimd::api
