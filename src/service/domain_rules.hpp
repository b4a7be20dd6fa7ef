// Which names may be the domain of an organization: none that everybody shares.
#pragma once

#include "base/domain_name.hpp"
#include "base/error.hpp"
#include "base/public_suffix.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

namespace scimd::service {

constexpr std::size_t mail_providers_bytes_max = 16 * 1024 * 1024;

// A value but for the public suffixes. Any thread.
class domain_rules {
public:
    // With our own list of mail providers (schema/domains/mail_providers.txt).
    domain_rules();

    // Another one in its place: a name a line, '#' begins a comment, the empty list refuses none.
    // invalid_value names the line that is no name.
    result<void> replace_mail_providers(std::string_view text);

    // invalid_value: a public suffix, or where anybody can have a mailbox.
    [[nodiscard]] result<void> check(const domain_name& name) const;

private:
    public_suffixes suffixes_;
    std::unordered_set<std::string> mail_providers_;
};

}  // namespace scimd::service
