// Names that cannot be the domain of an organization: public suffixes, mail providers, special-use names, and
// domains that the customers of a provider share.
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

// The lists. They can be replaced before the server starts; check() can be called from any thread.
class domain_blocklist {
public:
    // With the built-in lists of mail providers and reserved domains (schema/domains).
    domain_blocklist();

    // Replaces the mail providers: one name per line, '#' starts a comment; an empty list refuses none.
    // invalid_value names the line that is not a domain name.
    result<void> replace_mail_providers(std::string_view text);

    // Replaces the reserved domains: a reason and a name, or "*." and a name, per line, as in
    // schema/domains/reserved_domains.txt.
    result<void> replace_reserved_domains(std::string_view text);

    // invalid_value: the name is on a list. The error says on which one.
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
