// Lexer for filters. Pure; one pass, in which only a look-ahead word is read twice.
#pragma once

#include "base/error.hpp"
#include "scim/filter/quotation.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::scim {

// A literal after an operator, as written.
struct raw_literal {
    bool is_quoted = false;
    bool is_in_json_quotes = false;  // in double quotes, as RFC 7644 §3.4.2.2 requires
    std::string text;                // of a quoted literal: without quotes and escapes
    std::size_t position = 0;        // of its first byte
};

// A position in a filter text. Spaces and tabs before a token are skipped. Not thread-safe.
class filter_lexer {
public:
    explicit filter_lexer(std::string_view text) : text_(text) {}

    bool take(char symbol);
    bool take_keyword(std::string_view word);  // in any case; not the beginning of a longer word
    bool take_negation();                      // "not" and "(" with or without spaces between them

    std::string_view take_word();  // up to a space, quote, parenthesis or bracket; empty at any of these
    result<raw_literal> take_literal();

    bool at_end();
    std::size_t position();  // of the next token

    // Makes invalid_filter; positions in the text count from 1.
    [[nodiscard]] static error failure(std::string reason, std::size_t position);

private:
    void skip_spaces();
    [[nodiscard]] std::string_view word_at(std::size_t start) const;
    result<raw_literal> take_quoted();
    [[nodiscard]] result<std::string> read_quoted(const quotation& given, std::size_t start) const;

    std::string_view text_;
    std::size_t next_ = 0;
};

}  // namespace scimd::scim
