#include "scim/filter/filter_lexer.hpp"

#include "base/json/json.hpp"
#include "base/text.hpp"

#include <utility>

namespace scimd::scim {

bool filter_lexer::take(char symbol) {
    skip_spaces();
    if (!text_.substr(next_).starts_with(symbol))
        return false;
    ++next_;
    return true;
}

bool filter_lexer::take_keyword(std::string_view word) {
    skip_spaces();
    if (!equals_ignoring_case(word_at(next_), word))
        return false;
    next_ += word.size();
    return true;
}

// RFC 7644 Figure 1 has no space between "not" and "(", its examples have one (erratum 7319).
bool filter_lexer::take_negation() {
    const std::size_t start = next_;
    if (take_keyword("not") && take('('))
        return true;
    next_ = start;
    return false;
}

std::string_view filter_lexer::take_word() {
    skip_spaces();
    const std::string_view word = word_at(next_);
    next_ += word.size();
    return word;
}

result<raw_literal> filter_lexer::take_literal() {
    skip_spaces();
    const std::size_t start = next_;
    // No unquoted value begins with a quotation mark.
    if (begins_with_quotation_mark(text_.substr(start)))
        return take_quoted();
    const std::string_view word = take_word();
    if (word.empty())
        return failure("a value is missing", start);
    return raw_literal{.text = std::string(word), .position = start};
}

bool filter_lexer::at_end() {
    skip_spaces();
    return next_ == text_.size();
}

std::size_t filter_lexer::position() {
    skip_spaces();
    return next_;
}

error filter_lexer::failure(std::string reason, std::size_t position) {
    return {errc::invalid_filter,
            "Filter: " + std::move(reason) + " at position " + std::to_string(position + 1) + "."};
}

void filter_lexer::skip_spaces() {
    while (next_ < text_.size() && (text_[next_] == ' ' || text_[next_] == '\t'))
        ++next_;
}

std::string_view filter_lexer::word_at(std::size_t start) const {
    const auto end = text_.find_first_of(" \t\"()[]", start);
    return text_.substr(start, end - start);
}

result<raw_literal> filter_lexer::take_quoted() {
    const std::size_t start = next_;
    const auto given = quotation_at(text_, start);
    if (!given)
        return failure("a string has no closing quote", start);
    next_ = given->end;
    auto text = read_quoted(*given, start);
    if (!text)
        return text.error();
    return raw_literal{
            .is_quoted = true,
            .is_in_json_quotes = given->is_json,
            .text = std::move(*text),
            .position = start,
    };
}

// Decodes a quoted string by the rules of JSON (RFC 7644 §3.4.2.2). Between other quotation marks, those of
// JSON are ordinary characters, and the other marks can be escaped like them.
result<std::string> filter_lexer::read_quoted(const quotation& given, std::size_t start) const {
    std::string json = "\"";
    for (std::size_t i = 0; i < given.inside.size(); ++i) {
        const std::string_view rest = given.inside.substr(i);
        const bool is_escaped_mark =
                !given.is_json && rest.front() == '\\' && begins_with_quotation_mark(rest.substr(1));
        if (is_escaped_mark && rest[1] != '"')
            continue;
        if (is_escaped_mark)
            json += given.inside[i++];
        else if (!given.is_json && rest.front() == '"')
            json += '\\';
        json += given.inside[i];
    }
    const auto value = parse_json(json + '"');
    if (!value || !value->is_string())
        return failure("a string is not written as JSON allows", start);
    return std::string(value->get_string());
}

}  // namespace scimd::scim
