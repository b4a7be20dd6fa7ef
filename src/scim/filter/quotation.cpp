#include "scim/filter/quotation.hpp"

#include <algorithm>
#include <array>

namespace scimd::scim {

namespace {

// An opening quotation mark with the marks that close it: those of Unicode's property Quotation_Mark,
// dingbats that look like them, and primes and accents that are used instead.
struct mark {
    std::string_view opening;
    std::array<std::string_view, 2> closing;
};

constexpr std::array marks = {
        mark{"\"", {"\"", "\""}},
        mark{"'", {"'", "'"}},
        mark{"`", {"`", "´"}},
        mark{"´", {"´", "`"}},
        mark{"“", {"”", "“"}},
        mark{"”", {"”", "“"}},
        mark{"„", {"“", "”"}},
        mark{"‟", {"”", "“"}},
        mark{"‘", {"’", "‘"}},
        mark{"’", {"’", "‘"}},
        mark{"‚", {"‘", "’"}},
        mark{"‛", {"’", "‘"}},
        mark{"«", {"»", "«"}},
        mark{"»", {"«", "»"}},
        mark{"‹", {"›", "‹"}},
        mark{"›", {"‹", "›"}},
        mark{"′", {"′", "′"}},
        mark{"″", {"″", "″"}},
        mark{"＂", {"＂", "＂"}},
        mark{"＇", {"＇", "＇"}},
        mark{"「", {"」", "「"}},
        mark{"」", {"「", "」"}},
        mark{"『", {"』", "『"}},
        mark{"』", {"『", "』"}},
        mark{"｢", {"｣", "｢"}},
        mark{"｣", {"｢", "｣"}},
        mark{"〝", {"〞", "〟"}},
        mark{"〞", {"〝", "〞"}},
        mark{"〟", {"〝", "〟"}},
        mark{"﹁", {"﹂", "﹁"}},
        mark{"﹂", {"﹁", "﹂"}},
        mark{"﹃", {"﹄", "﹃"}},
        mark{"﹄", {"﹃", "﹄"}},
        mark{"❝", {"❞", "❝"}},
        mark{"❞", {"❝", "❞"}},
        mark{"❛", {"❜", "❛"}},
        mark{"❜", {"❛", "❜"}},
        mark{"⹂", {"‟", "“"}},
};

const mark* find_mark(std::string_view text) noexcept {
    const auto* const found =
            std::ranges::find_if(marks, [text](const mark& each) { return text.starts_with(each.opening); });
    return found == marks.end() ? nullptr : found;
}

std::size_t closing_bytes(const mark& of, std::string_view text) noexcept {
    for (const std::string_view each : of.closing)
        if (text.starts_with(each))
            return each.size();
    return 0;
}

}  // namespace

bool begins_with_quotation_mark(std::string_view text) noexcept {
    return find_mark(text) != nullptr;
}

bool opens_quotation(std::string_view text, std::size_t place) noexcept {
    if (text[place] == '"')
        return true;
    const bool begins_word = place == 0 || text[place - 1] == ' ' || text[place - 1] == '\t';
    return begins_word && begins_with_quotation_mark(text.substr(place));
}

std::optional<quotation> quotation_at(std::string_view text, std::size_t place) noexcept {
    const mark* const opening = find_mark(text.substr(place));
    if (!opening)
        return std::nullopt;
    const std::size_t begin = place + opening->opening.size();
    for (std::size_t i = begin; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
            continue;
        }
        if (const auto bytes = closing_bytes(*opening, text.substr(i)); bytes > 0)
            return quotation{.inside = text.substr(begin, i - begin),
                    .begin = begin,
                    .end = i + bytes,
                    .is_json = opening->opening == "\""};
    }
    return std::nullopt;
}

std::size_t closing_bracket(std::string_view text, std::size_t open) noexcept {
    for (std::size_t i = open + 1; i < text.size(); ++i) {
        if (text[i] == ']')
            return i;
        if (!opens_quotation(text, i))
            continue;
        const auto quoted = quotation_at(text, i);
        if (!quoted)
            return std::string_view::npos;
        i = quoted->end - 1;
    }
    return std::string_view::npos;
}

}  // namespace scimd::scim
