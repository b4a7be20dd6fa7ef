// From method and path to the row of the route table. Pure.
#pragma once

#include "api/call.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {

// Who may call a route. There is no default: a row without one does not compile.
enum class principal {
    anyone,
    metrics_reader,  // a loopback peer, or anyone when the configuration says so
    directory,       // a bearer token that stands for the directory named in the path
    directory_user,  // the same, or one that stands for a user of it: for what is its own (api/me_api.hpp)
    application,     // whoever manages the environment: an API client, or the operator
    operator_,       // whoever can open the control socket
};

constexpr bool is_of_scim(principal who)
{
    return who == principal::directory || who == principal::directory_user;
}

// What a POST whose Idempotency-Key is known already is told.
enum class repeat {
    anew,         // the key is not looked at: it changes nothing of ours
    same_answer,  // but for the values of a webhook endpoint's headers, which are not kept
    conflict,     // the answer holds a secret, which is shown once and not kept
};

// Whether it changes something of ours.
enum class effect {
    of_its_method,
    none,  // a POST that only reads: a client that may read only has it, too
};

using handler = reply (*)(const house&, call&);

struct route {
    std::string_view method;
    std::string_view
        path;  // "/directory/{directory}/scim/v2/{endpoint}/{id}"; "{id}:enable" matches with that suffix
    principal who;
    handler handle;
    repeat again = repeat::anew;
    effect does = effect::of_its_method;
};

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
