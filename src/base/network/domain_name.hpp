// A DNS name as it is compared and stored: lower-case A-labels (IDNA 2008, non-transitional), no trailing
// dot.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace scimd {

class domain_name {
public:
    // The only way to make one. Refuses (invalid_value, with the reason) empty and over-long labels or names,
    // characters outside letters, digits and hyphens (libidn2 deletes some of them silently, so they are
    // checked before and after it), leading and trailing hyphens, IP literals and names of one label.
    static result<domain_name> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    // "eng.acme.com" is below "acme.com"; a name is not below itself.
    [[nodiscard]] bool is_below(const domain_name& ancestor) const noexcept;

    friend auto operator<=>(const domain_name&, const domain_name&) = default;

private:
    explicit domain_name(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// What stands behind the last '@' of a mailbox (RFC 5321 §4.1.2), parsed; invalid_value when it is no
// address. Quoted local parts pass unless they hold an '@', behind which readers of fewer rules would find
// another domain; comments and address literals do not.
result<domain_name> domain_of_email(std::string_view address);

}  // namespace scimd
