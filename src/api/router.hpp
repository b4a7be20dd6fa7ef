// From method and path to the row of the route table. Pure.
#pragma once

#include "api/auth/field_rules.hpp"
#include "api/request_context.hpp"
#include "service/auth/caller_kinds.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {

// Who may call a route, and under which scopes. A row without one does not compile, and a row of the
// management API names its area by the way it is written.
struct principal {
    service::caller_set callers;
    service::scope_area area = service::scope_area::none;
    std::span<const field_rule> fields = {};  // of the body: who may set which

    static const principal anyone;
    static const principal metrics_reader;
    static const principal directory;  // a bearer token that stands for the directory named in the path
    static const principal
        directory_user;  // also one of a user of it: for what is its own (api/scim/me_api.hpp)
    static const principal operator_only;  // who can open the control socket

    // The operator, and clients of the whole environment.
    static constexpr principal environment(service::scope_area area)
    {
        return {service::environment_side, area};
    }

    // Clients of the organization named in the path, too. They may set what `fields` opens to them, no more.
    static constexpr principal organization(service::scope_area area, std::span<const field_rule> fields = {})
    {
        return {service::organization_side, area, fields};
    }

    friend constexpr bool operator==(const principal& a, const principal& b)
    {
        return a.callers == b.callers && a.area == b.area;
    }
};
inline constexpr principal principal::anyone{{service::caller_kind::anonymous}};
inline constexpr principal principal::metrics_reader{{service::caller_kind::monitor}};
inline constexpr principal principal::directory{{service::caller_kind::directory_token}};
inline constexpr principal principal::directory_user{
    {service::caller_kind::directory_token, service::caller_kind::user_token}
};
inline constexpr principal principal::operator_only{{service::caller_kind::operator_}};

constexpr bool is_of_scim(const principal& who)
{
    return who.callers.contains(service::caller_kind::directory_token);
}

constexpr bool is_of_management(const principal& who)
{
    return who.callers.contains(service::caller_kind::operator_);
}

constexpr bool is_for_clients(const principal& who)
{
    return who.callers.contains(service::caller_kind::application_client);
}

// What a POST whose Idempotency-Key is known already is told.
enum class idempotency_policy {
    run_again,    // the key is not looked at: it changes nothing of ours
    same_answer,  // but for the values of a webhook endpoint's headers, which are not kept
    conflict,     // the answer holds a secret, which is shown once and not kept
};

// Whether it changes something of ours.
enum class effect {
    of_its_method,
    none,  // a POST that only reads: a client that may read only has it, too
};

using handler = reply (*)(const server_context&, request_context&);

struct route {
    std::string_view method;
    std::string_view
        path;  // "/directory/{directory}/scim/v2/{endpoint}/{id}"; "{id}:enable" matches with that suffix
    principal who;
    handler handle;
    idempotency_policy idempotency = idempotency_policy::run_again;
    effect does = effect::of_its_method;
};

// Whether a request of that method changes something.
constexpr bool is_reading(const route& row)
{
    return row.method == "GET" || row.does == effect::none;
}

// What a client or its token must have been granted; nothing: no scope is asked for.
constexpr std::optional<service::scope> scope_of(const route& row)
{
    if (row.who.area == service::scope_area::none)
        return std::nullopt;
    return service::scope{row.who.area, !is_reading(row)};
}

struct match {
    const route* row = nullptr;         // nullptr: no row of that method
    principal who = principal::anyone;  // may know of the path: its first row says so, whatever the method
    std::string allow;                  // the methods that the path has, comma-separated; empty: no such path
    std::vector<std::pair<std::string_view, std::string>> parameters;
};

// Templates with literal segments come before those with parameters in the table: the first match wins. HEAD
// is served by GET's row.
match find_route(std::span<const route> table, std::string_view method, const target& where);

}  // namespace scimd::api
