// Custom attributes: the definitions of the application, and the mapping of each directory.
#include "service/management/attributes.hpp"

#include "api/management/management_request.hpp"
#include "api/management/role_json.hpp"
#include "management_operations.hpp"
#include "store/directory_pages.hpp"

#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace attributes = service::attributes;
namespace pages = store::directory_pages;
namespace attribute_rows = store::attributes;

constexpr std::int64_t preview_users_default = 10;

json::object to_json(const attributes::definition& from) {
    return {{"key", from.key}, {"enabled", from.is_enabled}, {"required", from.is_required},
            {"label", from.label}, {"datatype", from.datatype}, {"category", "CUSTOM"}};
}

json::object to_json(const attributes::standard_attribute& from) {
    return {{"key", from.key}, {"enabled", true}, {"required", from.key == "email"}, {"label", from.label},
            {"datatype", from.datatype}, {"category", "STANDARD"}};
}

template <class Body>
attributes::change read_attribute(const Body& body) {
    return {body.label, body.datatype, body.enabled, body.required};
}

// The attribute of the path, which the application has declared.
result<attributes::definition> read_custom(const management_request& request) {
    const auto& key = request.parameter("key");
    if (auto found = attribute_rows::find(request.tx, key))
        return std::move(*found);
    for (const auto& one : attributes::standard_attributes())
        if (one.key == key)
            return error{errc::invalid_value, "A standard attribute cannot be changed."};
    return error{errc::not_found, "The attribute was not found."};
}

// Of map_attributes or preview_attributes.
template <class Body>
std::vector<attributes::wanted_mapping> read_mappings(const Body& body) {
    std::vector<attributes::wanted_mapping> wanted;
    wanted.reserve(body.attributes.size());
    for (const auto& one : body.attributes)
        wanted.push_back({one.key, one.map_to});
    return wanted;
}

json::object mapping_json(const std::vector<attribute_rows::mapping>& from) {
    json::array listed;
    for (const auto& one : from)
        listed.push_back(json::object{{"key", one.key}, {"map_to", one.path}});
    return {{"attributes", std::move(listed)}};
}

// The custom attributes of one user under the mapping, and the problems with it.
json::object previewed(
        const std::vector<attributes::mapping>& by, const store::resources::row& row, work_budget& work) {
    const auto document = parse_json_object(row.document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    json::object values;
    json::array problems;
    const auto note = [&](const std::string& key, std::string_view detail) {
        problems.push_back(json::object{{"key", key}, {"detail", detail}});
    };
    for (const auto& one : by) {
        auto value = attributes::read(one, document, work);
        if (!value)
            note(one.key, value.error().detail);
        else if (!value->is_null())
            values[one.key] = std::move(*value);
        else if (one.is_required)
            note(one.key, "The attribute is required and the user has no value for it.");
    }
    const auto* name = find_string(document, "userName");
    return {{"id", user_id_text(row.id)}, {"preferred_username", name ? *name : json::string()},
            {"custom_attributes", std::move(values)}, {"problems", std::move(problems)}};
}

}  // namespace

json::object attribute_mappings_json(store::transaction& tx, directory_id of) {
    return mapping_json(attribute_rows::mappings(tx, of));
}

result<http::response> list_attributes(management_request& request) {
    json::array listed;
    for (const auto& one : attributes::standard_attributes())
        listed.push_back(to_json(one));
    for (const auto& one : attribute_rows::list(request.tx))
        listed.push_back(to_json(one));
    return manage_response(200, {{"user_attributes", std::move(listed)}});
}

result<http::response> create_attribute(management_request& request, const create_attribute_body& body) {
    const auto made = attributes::define(request.tx, body.key, read_attribute(body));
    if (!made)
        return made.error();
    return manage_response(201, {{"user_attribute", to_json(*made)}});
}

result<http::response> update_attribute(management_request& request, const update_attribute_body& body) {
    const auto found = read_custom(request);
    if (!found)
        return found.error();
    if (body.key.value_or(found->key) != found->key)
        return invalid_value("key cannot be changed.");
    const auto changed = attributes::redefine(request.tx, *found, read_attribute(body));
    if (!changed)
        return changed.error();
    return manage_response(200, {{"user_attribute", to_json(*changed)}});
}

result<http::response> delete_attribute(management_request& request) {
    const auto found = read_custom(request);
    if (!found)
        return found.error();
    attribute_rows::remove(request.tx, found->key);
    return manage_response(200, {});
}

result<http::response> map_attributes(management_request& request, const map_attributes_body& body) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    const auto caller = service::caller_for(request.source(), *of, request.server.schemas);
    const auto checked = attributes::check(request.tx, caller, read_mappings(body));
    if (!checked)
        return checked.error();
    attribute_rows::replace_mappings(request.tx, of->id, *checked);
    return manage_response(200, {{"attribute_mappings", mapping_json(*checked)}});
}

result<http::response> preview_attributes(management_request& request, const preview_attributes_body& body) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    const auto caller = service::caller_for(request.source(), *of, request.server.schemas);
    const auto checked = attributes::check(request.tx, caller, read_mappings(body));
    if (!checked)
        return checked.error();
    const auto understood = attributes::parse_mappings(*checked, *caller.schemas);
    pages::selection newest;
    newest.is_backwards = true;
    newest.limit = body.limit.value_or(preview_users_default);
    json::array users;
    pages::list_users(request.tx, of->id, newest, [&](const store::resources::row& row) {
        users.push_back(previewed(understood, row, request.context.budget));
        return true;
    });
    return manage_response(200, {{"users", std::move(users)}});
}

}  // namespace scimd::api
