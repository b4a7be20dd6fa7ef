#include "scim/comparable.hpp"

#include "base/text.hpp"

namespace scimd::scim {

std::string comparable_text(std::string_view text, const attribute& of, work_budget& work) {
    // Fold first: folding turns most other blanks into spaces.
    constexpr std::string_view blanks = " \t\r\n";
    std::string folded = fold(text, work);
    if (of.format != text_format::name)
        return folded;
    const auto begin = folded.find_first_not_of(blanks);
    if (begin == std::string::npos)
        return {};
    const auto end = folded.find_last_not_of(blanks);
    return begin == 0 && end + 1 == folded.size() ? folded : folded.substr(begin, end - begin + 1);
}

}  // namespace scimd::scim
