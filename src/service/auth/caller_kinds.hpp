// Authorization in values: the kinds of callers, sets of them, and OAuth scopes, which narrow what an API
// client or one of its tokens may do. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

enum class caller_kind : std::uint8_t {
    anonymous,            // presents no credentials, or unknown ones
    monitor,              // reads metrics: a loopback peer, or any peer when the configuration says so
    operator_,            // on the control socket
    application_client,   // a client of the management API, for the whole environment
    organization_client,  // a client of the management API, for one organization
    portal_session,       // a person in the admin portal of one organization; reserved
    directory_token,      // a bearer token of a directory, for SCIM
    user_token,           // a bearer token of one user of a directory, for SCIM
};
inline constexpr std::array caller_kinds = {
        caller_kind::anonymous,
        caller_kind::monitor,
        caller_kind::operator_,
        caller_kind::application_client,
        caller_kind::organization_client,
        caller_kind::portal_session,
        caller_kind::directory_token,
        caller_kind::user_token,
};

// The name in openapi.yaml: "organization_client".
std::string_view name_of(caller_kind kind);

class caller_set {
public:
    constexpr caller_set(std::initializer_list<caller_kind> kinds) {
        for (const auto kind : kinds)
            bits_ |= bit(kind);
    }
    [[nodiscard]] constexpr bool contains(caller_kind kind) const { return (bits_ & bit(kind)) != 0; }
    friend constexpr bool operator==(const caller_set&, const caller_set&) = default;

private:
    static constexpr std::uint32_t bit(caller_kind kind) { return 1U << static_cast<unsigned>(kind); }

    std::uint32_t bits_ = 0;
};

// The callers that administer the whole environment: they decide about all organizations and about what an
// organization may do.
inline constexpr caller_set environment_side{caller_kind::operator_, caller_kind::application_client};

// The callers that administer an organization.
inline constexpr caller_set organization_side{
        caller_kind::operator_, caller_kind::application_client, caller_kind::organization_client};

// A part of the management API that scopes protect.
enum class scope_area : std::uint8_t {
    organizations,  // with their settings and policies
    domains,
    directories,  // with their attribute mappings and quotas
    secrets,      // bearer tokens of directories
    users,        // users and groups of directories, and the log of requests about them
    roles,        // and the groups that grant them
    attributes,   // custom attributes of the environment
    webhooks,
    events,
    audit_log,
    none,  // not open to clients: no scope is required
};
inline constexpr std::size_t scope_areas = static_cast<std::size_t>(scope_area::none);

// One OAuth scope: "domains:write". Write access does not include read access.
struct scope {
    scope_area area = scope_area::none;
    bool is_write = false;
    friend bool operator==(const scope&, const scope&) = default;
};

// Empty: the scope does not exist.
std::optional<scope> parse_scope(std::string_view text);
std::string name_of(const scope& one);

// A set of scopes. A value.
class scope_set {
public:
    static scope_set all();
    static scope_set reading();  // every read scope

    void add(const scope& one) { bits_ |= bit(one); }
    [[nodiscard]] bool contains(const scope& one) const { return (bits_ & bit(one)) != 0; }
    [[nodiscard]] bool is_empty() const { return bits_ == 0; }
    [[nodiscard]] bool is_within(const scope_set& other) const { return (bits_ & ~other.bits_) == 0; }
    friend scope_set operator&(const scope_set& a, const scope_set& b) {
        scope_set common;
        common.bits_ = a.bits_ & b.bits_;
        return common;
    }
    friend bool operator==(const scope_set&, const scope_set&) = default;

private:
    static std::uint32_t bit(const scope& one) {
        return 1U << (2 * static_cast<unsigned>(one.area) + (one.is_write ? 1U : 0U));
    }

    std::uint32_t bits_ = 0;
};

// The names in the order of the areas, separated by spaces (RFC 6749 §3.3); empty text: no scope.
std::string names_of(const scope_set& scopes);

// Reads a list of names; unknown names grant nothing.
scope_set read_scopes(std::string_view text);

}  // namespace scimd::service
