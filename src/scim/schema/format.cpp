#include "scim/schema/format.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace scimd::scim {

namespace {

// All 249 codes of ISO 3166-1 as of 2024, each followed by a space.
constexpr std::string_view country_codes =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL "
        "BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV "
        "CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
        "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM "
        "IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK "
        "LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
        "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR "
        "PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS "
        "ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
        "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";
static_assert(country_codes.size() == 249 * 3);

constexpr bool is_hex(char c) noexcept {
    return is_digit(c) || (to_lower_ascii(c) >= 'a' && to_lower_ascii(c) <= 'f');
}

// Characters of RFC 3986 §2.2 and §2.3.
constexpr bool is_uri_character(char c) noexcept {
    constexpr std::string_view marks = "-._~:/?#[]@!$&'()*+,;=";
    return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
}

constexpr bool is_scheme_character(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
}

}  // namespace

bool is_country_code(std::string_view text) noexcept {
    if (text.size() != 2)
        return false;
    for (std::size_t i = 0; i < country_codes.size(); i += 3)
        if (equals_ignoring_case(text, country_codes.substr(i, 2)))
            return true;
    return false;
}

bool is_uri_reference(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (!is_uri_character(text[i]))
                return false;
            continue;
        }
        if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
            return false;
        i += 2;
    }
    return !text.empty();
}

bool is_absolute_uri(std::string_view text) noexcept {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon + 1 == text.size() || !is_alpha(text.front()))
        return false;
    return std::ranges::all_of(text.substr(0, colon), is_scheme_character) && is_uri_reference(text);
}

}  // namespace scimd::scim
