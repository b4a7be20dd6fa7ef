// Domain names in the form in which they are compared and stored: lower-case A-labels (IDNA 2008,
// non-transitional) without a trailing dot. Values; parsing is a pure function.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace scimd {

class domain_name {
public:
    // The only way to make a domain name. invalid_value, with the reason, for empty or over-long labels and
    // names, for characters other than letters, digits and hyphens (libidn2 deletes some of them silently, so
    // they are checked before and after it), for leading and trailing hyphens, IP literals and names of one
    // label.
    static result<domain_name> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    // True for "eng.acme.com" and the ancestor "acme.com". A name is not below itself.
    [[nodiscard]] bool is_below(const domain_name& ancestor) const noexcept;

    friend auto operator<=>(const domain_name&, const domain_name&) = default;

private:
    explicit domain_name(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// Parses the domain after the last '@' of a mailbox (RFC 5321 §4.1.2); invalid_value when the text is not an
// address. Quoted local parts are accepted unless they contain an '@', after which a less strict parser would
// find another domain; comments and address literals are not accepted.
result<domain_name> domain_of_email(std::string_view address);

}  // namespace scimd
