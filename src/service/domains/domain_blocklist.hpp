// Which names may be the domain of an organization: none that many share, and none that has no owner.
#pragma once

#include "base/error.hpp"
#include "base/network/domain_name.hpp"
#include "base/network/public_suffix.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace scimd::service {

constexpr std::size_t mail_providers_bytes_max = 16 * 1024 * 1024;

// A value but for the public suffixes. Any thread.
class domain_blocklist {
public:
    // With our own lists of mail providers and reserved domains (schema/domains).
    domain_blocklist();

    // Another one in its place: a name a line, '#' begins a comment, the empty list refuses none.
    // invalid_value names the line that is no name.
    result<void> replace_mail_providers(std::string_view text);

    // The same with a reason and a name, or "*." and a name, a line: schema/domains/reserved_domains.txt.
    result<void> replace_reserved_domains(std::string_view text);

    // invalid_value: a public suffix, where everyone can have a mailbox, a special-use name, or one that the
    // customers of a provider share. It says which.
    [[nodiscard]] result<void> check(const domain_name& name) const;

private:
    enum class reservation { special_use, shared };
    using reservations = std::unordered_map<std::string, reservation>;
    static result<void> read_reserved(std::string_view line, reservations& names, reservations& parents);
    [[nodiscard]] result<void> check_reserved(const domain_name& name) const;

    public_suffixes suffixes_;
    std::unordered_set<std::string> mail_providers_;
    reservations reserved_;        // these names
    reservations reserved_below_;  // every name below these
};

}  // namespace scimd::service
