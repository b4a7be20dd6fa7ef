// Users that a directory holds back, with the reasons.
#include "store/held_users.hpp"

#include "api/management/management_request.hpp"
#include "api/management/page_token.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/domains/domain_gate.hpp"
#include "store/resources.hpp"

#include <utility>

namespace scimd::api {
namespace {

namespace held_users = store::held_users;

constexpr number_bounds held_user_page_size_bounds{1, 1'000, 100};

json::object to_json(store::transaction& tx, directory_id where, const held_users::held_user& held) {
    json::object body{{"user_id", user_id_text(held.user)}, {"preferred_username", ""}, {"email", ""},
            {"reason", held.reason}, {"domain", held.domain}, {"detail", held.detail},
            {"address", held.address}, {"held_since", format_rfc3339(held.since)}};
    if (const auto warning = service::warning_of(held.domain); !warning.empty())
        body["domain_warning"] = warning;
    if (const auto row = store::resources::find(tx, where, "User", held.user)) {
        const auto user = parse_json_object(row->document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
        if (const auto* name = find(user, "userName"))
            body["preferred_username"] = *name;
        body["email"] = service::email_of(user);
    }
    return body;
}

}  // namespace

result<http::response> list_held_users(management_request& request) {
    const auto size = number_parameter(request.context, "page_size", held_user_page_size_bounds);
    const auto where = parse_page_token("held", query_parameter(request.context, "page_token"));
    if (!size || !where || where->is_before)
        return !size ? size.error() : !where ? where.error() : no_such_page();
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    auto& tx = request.tx;
    const auto page = make_page("held", *where, static_cast<std::size_t>(*size),
            held_users::list(tx, of->id, resource_id{where->id}, *size + 1),
            [](const held_users::held_user& one) { return one.user.value; });
    json::array listed;
    for (const auto& held : page.rows)
        listed.push_back(to_json(tx, of->id, held));
    return manage_response(
            200, {{"held_users", std::move(listed)}, {"total_size", held_users::count(tx, of->id)},
                         {"next_page_token", page.next}});
}

}  // namespace scimd::api
