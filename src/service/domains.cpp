#include "service/domains.hpp"

#include "base/text.hpp"

#include <string_view>

namespace scimd::service {
namespace {

std::string value_of(const json::object& email)
{
    const auto* value = find_string(email, "value");
    return value ? std::string(*value) : std::string();
}

bool is_primary(const json::object& email)
{
    const auto* flag = find(email, "primary");
    return flag && flag->is_bool() && flag->get_bool();
}

bool is_work(const json::object& email)
{
    const auto* type = find_string(email, "type");
    return type && equals_ignoring_case(*type, "work");
}

template <class Predicate>
std::string first_email(const json::array& emails, Predicate is_wanted)
{
    for (const auto& email : emails) {
        if (!email.is_object() || !is_wanted(email.get_object()))
            continue;
        auto value = value_of(email.get_object());
        if (!value.empty())
            return value;
    }
    return {};
}

}  // namespace

std::string email_of(const json::object& user)
{
    if (const auto* emails = find_array(user, "emails")) {
        if (auto primary = first_email(*emails, is_primary); !primary.empty())
            return primary;
        if (auto work = first_email(*emails, is_work); !work.empty())
            return work;
        if (auto first = first_email(*emails, [](const auto&) { return true; }); !first.empty())
            return first;
    }
    const auto* user_name = find_string(user, "userName");
    if (user_name && std::string_view(*user_name).find('@') != std::string_view::npos)
        return std::string(*user_name);
    return {};
}

std::optional<gate_refusal> refuse_by_domain(
    store::transaction& tx, const caller& who, const json::object& user
)
{
    if (who.policy == store::tenants::domain_policy::off)
        return std::nullopt;
    const auto address = email_of(user);
    if (address.empty()) {
        return gate_refusal{
            "no_email",
            {},
            "The user has no e-mail address, so its domain cannot be checked. Map an address of a verified "
            "domain"
            " to emails in the identity provider."
        };
    }
    const auto domain = domain_of_email(address);
    if (!domain) {
        return gate_refusal{
            "invalid_email", {}, "The user's e-mail address cannot be used: " + domain.error().detail
        };
    }
    if (store::tenants::is_verified_domain(tx, who.organization, *domain))
        return std::nullopt;
    return gate_refusal{
        "domain_not_verified",
        domain->text(),
        "The e-mail domain " + domain->text() +
            " is not verified for this organization. Verify the domain, or leave this user out of the "
            "assignment."
    };
}

}  // namespace scimd::service
