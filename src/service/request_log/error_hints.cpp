#include "service/request_log/error_hints.hpp"

namespace scimd::service {
namespace {

struct hint {
    std::string_view reason;
    std::string_view fix;
};

constexpr hint hints[] = {
        {"domain_not_verified",
                "Verify the domain for this organization, or leave the user out of the assignment in the "
                "identity"
                " provider."},
        {"domain_owned_elsewhere",
                "Take the address off the user in the identity provider; if the domain is this "
                "organization's, verify it"
                " here once the other organization has given it up."},
        {"no_email", "Map an address of a verified domain to emails in the identity provider."},
        {"invalid_email", "Correct the user's e-mail address in the identity provider."},
        {"seat_limit", "Raise the number of users of the organization, or deactivate users who have left."},
        {"uniqueness",
                "Another user of this directory has this userName: give them different ones, or let the "
                "identity"
                " provider match the existing user."},
        {"invalidValue",
                "Correct the attribute that the detail names, or its mapping in the identity provider."},
        {"invalidSyntax",
                "Correct the attribute mappings in the identity provider; the detail says what is wrong."},
        {"invalidPath",
                "Remove the mapping of the attribute that the detail names: this directory has none such."},
        {"invalidFilter", "Correct the filter that the detail names in the identity provider's mappings."},
        {reason_unknown_attribute,
                "Remove the mapping of the attribute that the detail names, or give the directory a schema "
                "that declares"
                " it."},
        {"noTarget",
                "Let the identity provider provision this user anew: what it would change is not there."},
        {"mutability", "Remove the mapping of the attribute that the detail names: it cannot be changed."},
        {"tooMany", "Let the identity provider send less at a time."},
        {"status_413", "Let the identity provider send less of this user: the request was too large."},
};

}  // namespace

std::string_view how_to_fix(std::string_view reason) {
    for (const auto& hint : hints)
        if (hint.reason == reason)
            return hint.fix;
    return "Look at the detail, correct the user or its mapping in the identity provider, and provision "
           "again.";
}

bool is_warning(std::string_view reason) noexcept {
    return reason == reason_unknown_attribute;
}

}  // namespace scimd::service
