#include "service/request_log/request_trace.hpp"

#include "base/text.hpp"
#include "scim/resource.hpp"

#include <string_view>

namespace scimd::service {
namespace {

// Calls `visit` for each member that differs between two objects, with its name and both values, one of which
// may be nullptr.
template <class Visit>
void for_each_difference(const json::object& before, const json::object& after, Visit visit) {
    const json::value* const none = nullptr;
    for (const auto& [name, value] : after) {
        const auto* was = find(before, name);
        if (!was || *was != value)
            visit(std::string_view(name), was, &value);
    }
    for (const auto& [name, value] : before)
        if (!find(after, name))
            visit(std::string_view(name), &value, none);
}

// The attributes of an extension are in an object under its URN.
bool is_extension(std::string_view name) {
    return name.find(':') != std::string_view::npos;
}

json::object members_of(const json::value* value) {
    return value && value->is_object() ? value->get_object() : json::object();
}

}  // namespace

person person_in(const json::object& user) {
    const auto text_of = [&user](std::string_view name) {
        return std::string(beginning_of(text_ignoring_case(user, name), scim::user_name_bytes_max));
    };
    return {text_of("externalId"), text_of("userName")};
}

std::string subject_of(const person& user) {
    return user.external_id.empty() ? fold(user.user_name) : user.external_id;
}

std::vector<std::string> changed_attributes(const json::object& before, const json::object& after) {
    std::vector<std::string> names;
    const auto add = [&](std::string name) {
        if (names.size() < request_trace::attributes_kept_max)
            names.push_back(std::move(name));
    };
    for_each_difference(
            before, after, [&](std::string_view name, const json::value* was, const json::value* is) {
                if (!is_extension(name))
                    return add(std::string(name));
                for_each_difference(members_of(was), members_of(is),
                        [&](std::string_view part, const json::value*, const json::value*) {
                            add(std::string(name).append(":").append(part));
                        });
            });
    return names;
}

}  // namespace scimd::service
