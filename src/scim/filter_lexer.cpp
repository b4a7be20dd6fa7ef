#include "scim/filter_lexer.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace scimd::scim {

bool filter_lexer::take(char symbol)
{
    skip_spaces();
    if (!text_.substr(next_).starts_with(symbol))
        return false;
    ++next_;
    return true;
}

bool filter_lexer::take_keyword(std::string_view word)
{
    skip_spaces();
    if (!equals_ignoring_case(word_at(next_), word))
        return false;
    next_ += word.size();
    return true;
}

// RFC 7644 Figure 1 has no space between the two, its examples have one (erratum 7319).
bool filter_lexer::take_negation()
{
    const std::size_t start = next_;
    if (take_keyword("not") && take('('))
        return true;
    next_ = start;
    return false;
}

std::string_view filter_lexer::take_word()
{
    skip_spaces();
    const std::string_view word = word_at(next_);
    next_ += word.size();
    return word;
}

result<raw_literal> filter_lexer::take_literal()
{
    skip_spaces();
    const std::size_t start = next_;
    if (text_.substr(start).starts_with('"'))
        return take_quoted();
    const std::string_view word = take_word();
    if (word.empty())
        return failure("a value is missing", start);
    return raw_literal{.is_quoted = false, .text = std::string(word), .position = start};
}

bool filter_lexer::at_end()
{
    skip_spaces();
    return next_ == text_.size();
}

std::size_t filter_lexer::position()
{
    skip_spaces();
    return next_;
}

error filter_lexer::failure(std::string reason, std::size_t position)
{
    return {
        errc::invalid_filter,
        "Filter: " + std::move(reason) + " at position " + std::to_string(position + 1) + "."
    };
}

void filter_lexer::skip_spaces()
{
    while (next_ < text_.size() && (text_[next_] == ' ' || text_[next_] == '\t'))
        ++next_;
}

std::string_view filter_lexer::word_at(std::size_t start) const
{
    const auto end = text_.find_first_of(" \t\"()[]", start);
    return text_.substr(start, end - start);
}

// RFC 7644 §3.4.2.2: strings follow the rules of JSON, which knows them best.
result<raw_literal> filter_lexer::take_quoted()
{
    const std::size_t start = next_;
    std::size_t end = start + 1;
    while (end < text_.size() && text_[end] != '"')
        end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size())
        return failure("a string has no closing quote", start);
    next_ = end + 1;

    const auto value = parse_json(text_.substr(start, next_ - start));
    if (!value || !value->is_string())
        return failure("a string is not written as JSON allows", start);
    return raw_literal{.is_quoted = true, .text = std::string(value->get_string()), .position = start};
}

}  // namespace scimd::scim
