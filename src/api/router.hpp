// Routes: the rows of the route table, and the row that serves a method and a path. Pure.
#pragma once

#include "api/auth/field_rules.hpp"
#include "api/management/operation.hpp"
#include "api/request_context.hpp"
#include "service/auth/caller_kinds.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {

// The callers of a route, and the area of the scope that they need. A row without one does not compile, and a
// row of the management API names its area by the factory that makes it.
struct principal {
    service::caller_set callers;
    service::scope_area area = service::scope_area::none;
    std::span<const field_rule> fields = {};  // who may set which member of the body

    static const principal anyone;
    static const principal metrics_reader;
    static const principal directory;       // a bearer token that stands for the directory named in the path
    static const principal directory_user;  // also a token of a user of it, for the user's own resource
                                            // (api/scim/me_api.hpp)
    static const principal operator_only;   // callers by the control socket

    // The operator, and clients of the whole environment.
    static constexpr principal environment(service::scope_area area) {
        return {service::environment_side, area};
    }

    // Also clients of the organization that the path names. They may set the members that `fields` opens to
    // them.
    static constexpr principal organization(
            service::scope_area area, std::span<const field_rule> fields = {}) {
        return {service::organization_side, area, fields};
    }

    friend constexpr bool operator==(const principal& a, const principal& b) {
        return a.callers == b.callers && a.area == b.area;
    }
};
inline constexpr principal principal::anyone{{service::caller_kind::anonymous}};
inline constexpr principal principal::metrics_reader{{service::caller_kind::monitor}};
inline constexpr principal principal::directory{{service::caller_kind::directory_token}};
inline constexpr principal principal::directory_user{
        {service::caller_kind::directory_token, service::caller_kind::user_token}};
inline constexpr principal principal::operator_only{{service::caller_kind::operator_}};

constexpr bool is_of_scim(const principal& who) {
    return who.callers.contains(service::caller_kind::directory_token);
}

constexpr bool is_of_management(const principal& who) {
    return who.callers.contains(service::caller_kind::operator_);
}

constexpr bool is_for_clients(const principal& who) {
    return who.callers.contains(service::caller_kind::application_client);
}

// How a POST is answered whose Idempotency-Key was used before.
enum class idempotency_policy {
    run_again,    // the key is ignored: nothing is changed in the store
    same_answer,  // without the values of a webhook endpoint's headers, which are not kept
    conflict,     // the answer holds a secret, which is shown once and not kept
};

// Whether a request changes the store.
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
    handler handle = nullptr;  // nullptr: see `operation`
    idempotency_policy idempotency = idempotency_policy::run_again;
    effect does = effect::of_its_method;
    management_operation operation{};
};

constexpr bool is_reading(const route& row) {
    return row.method == "GET" || row.does == effect::none;
}

// The scope that a client and its token must have; nothing: none.
constexpr std::optional<service::scope> scope_of(const route& row) {
    if (row.who.area == service::scope_area::none)
        return std::nullopt;
    return service::scope{row.who.area, !is_reading(row)};
}

// A row that clients may call asks for a scope, and one that an organization's clients may call names the
// organization, to which they are confined.
constexpr bool is_declared(const route& row) {
    if (is_for_clients(row.who) != (row.who.area != service::scope_area::none))
        return false;
    return !row.who.callers.contains(service::caller_kind::organization_client) ||
           row.path.starts_with("/api/v1/organizations/{organization}");
}

struct match {
    const route* row = nullptr;         // nullptr: no row of that method
    principal who = principal::anyone;  // of the first row of the path, whatever the method
    std::string allow;                  // the methods that the path has, comma-separated; empty: no such path
    std::vector<std::pair<std::string_view, std::string>> parameters;
};

// The first row that fits wins: templates with literal segments come before those with parameters. HEAD is
// served by the row of GET.
match find_route(std::span<const route> table, std::string_view method, const target& where);

}  // namespace scimd::api
