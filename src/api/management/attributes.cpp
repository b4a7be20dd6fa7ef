// Custom attributes: what the application declares, and where each directory has them.
#include "service/management/attributes.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "api/management/role_json.hpp"
#include "store/directory_pages.hpp"

#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace attributes = service::attributes;
namespace pages = store::directory_pages;
namespace attribute_rows = store::attributes;
namespace tenants = store::tenants;

constexpr std::int64_t preview_users_default = 10;

json::object to_json(const attributes::definition& from)
{
    return {
        {"key", from.key},
        {"enabled", from.is_enabled},
        {"required", from.is_required},
        {"label", from.label},
        {"datatype", from.datatype},
        {"category", "CUSTOM"}
    };
}

json::object to_json(const attributes::standard_attribute& from)
{
    return {
        {"key", from.key},
        {"enabled", true},
        {"required", from.key == "email"},
        {"label", from.label},
        {"datatype", from.datatype},
        {"category", "STANDARD"}
    };
}

// Bodies are as described here and below.
std::optional<std::string> text_in(const json::object& body, std::string_view name)
{
    const auto* text = find_string(body, name);
    return text ? std::optional(std::string(*text)) : std::nullopt;
}

std::optional<bool> flag_in(const json::object& body, std::string_view name)
{
    const auto* flag = find(body, name);
    return flag && flag->is_bool() ? std::optional(flag->get_bool()) : std::nullopt;
}

attributes::change read_attribute_change(const json::object& body)
{
    return {
        text_in(body, "label"), text_in(body, "datatype"), flag_in(body, "enabled"), flag_in(body, "required")
    };
}

result<attributes::definition> find_custom(store::transaction& tx, const std::string& key)
{
    if (auto found = attribute_rows::find(tx, key))
        return std::move(*found);
    for (const auto& one : attributes::standard_attributes())
        if (one.key == key)
            return error{errc::invalid_value, "A standard attribute cannot be changed."};
    return error{errc::not_found, "The attribute was not found."};
}

std::vector<attributes::wanted_mapping> read_mappings(const json::object& body)
{
    std::vector<attributes::wanted_mapping> wanted;
    for (const auto& one : body.at("attributes").as_array())
        wanted.push_back({*text_in(one.as_object(), "key"), *text_in(one.as_object(), "map_to")});
    return wanted;
}

json::object mapping_json(const std::vector<attribute_rows::mapping>& from)
{
    json::array listed;
    for (const auto& one : from)
        listed.push_back(json::object{{"key", one.key}, {"map_to", one.path}});
    return {{"attributes", std::move(listed)}};
}

// One user as the mapping would have it, and what cannot be had.
json::object previewed(
    const std::vector<attributes::mapping>& by, const store::resources::row& row, work_budget& work
)
{
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
    return {
        {"id", user_id_text(row.id)},
        {"preferred_username", name ? *name : json::string()},
        {"custom_attributes", std::move(values)},
        {"problems", std::move(problems)}
    };
}

}  // namespace

json::object attribute_mappings_json(store::transaction& tx, directory_id of)
{
    return mapping_json(attribute_rows::mappings(tx, of));
}

reply list_attributes(const server_context&, request_context&)
{
    return transaction_step{store::intent::read, [](store::transaction& tx) -> reply {
                                json::array listed;
                                for (const auto& one : attributes::standard_attributes())
                                    listed.push_back(to_json(one));
                                for (const auto& one : attribute_rows::list(tx))
                                    listed.push_back(to_json(one));
                                return manage_response(200, {{"user_attributes", std::move(listed)}});
                            }};
}

reply create_attribute(const server_context& server, request_context&)
{
    return with_manage_body(server, [](store::transaction& tx, const json::object& body) -> reply {
        const auto made = attributes::define(tx, *text_in(body, "key"), read_attribute_change(body));
        return made ? manage_response(201, {{"user_attribute", to_json(*made)}}) : manage_error(made.error());
    });
}

reply update_attribute(const server_context& server, request_context& request)
{
    return with_manage_body(server, [&request](store::transaction& tx, const json::object& body) -> reply {
        const auto found = find_custom(tx, request.parameter("key"));
        if (!found)
            return manage_error(found.error());
        if (text_in(body, "key").value_or(found->key) != found->key)
            return manage_error({errc::invalid_value, "key cannot be changed."});
        const auto changed = attributes::redefine(tx, *found, read_attribute_change(body));
        return changed ? manage_response(200, {{"user_attribute", to_json(*changed)}})
                       : manage_error(changed.error());
    });
}

reply delete_attribute(const server_context&, request_context& request)
{
    return transaction_step{store::intent::write, [&request](store::transaction& tx) -> reply {
                                const auto found = find_custom(tx, request.parameter("key"));
                                if (!found)
                                    return manage_error(found.error());
                                attribute_rows::remove(tx, found->key);
                                return manage_response(200, {});
                            }};
}

reply map_attributes(const server_context& server, request_context& request)
{
    return with_directory_body(
        server,
        request,
        [&server,
         &request](store::transaction& tx, const tenants::directory& of, const json::object& body) -> reply {
            const auto where = service::caller_for(event_source_of(server, request), of, server.schemas);
            const auto checked = attributes::check(tx, where, read_mappings(body));
            if (!checked)
                return manage_error(checked.error());
            attribute_rows::replace_mappings(tx, of.id, *checked);
            return manage_response(200, {{"attribute_mappings", mapping_json(*checked)}});
        }
    );
}

// Writes nothing: users are looked at in a scan.
reply preview_attributes(const server_context& server, request_context& request)
{
    return body_request{
        server.bounds.manage_body_bytes_max,
        [&server, &request](const std::string& text) -> reply {
            const auto body = parse_json_object(text).value();  // it was held against its description
            const auto* limit = find(body, "limit");
            return with_directory(
                request,
                store::intent::scan,
                [&server,
                 &request,
                 wanted = read_mappings(body),
                 limit = limit && limit->is_int64() ? limit->get_int64() : preview_users_default](
                    store::transaction& tx, const tenants::directory& of
                ) -> reply {
                    const auto where =
                        service::caller_for(event_source_of(server, request), of, server.schemas);
                    const auto checked = attributes::check(tx, where, wanted);
                    if (!checked)
                        return manage_error(checked.error());
                    const auto understood = attributes::parse_mappings(*checked, *where.schemas);
                    pages::selection newest;
                    newest.is_backwards = true;
                    newest.limit = limit;
                    json::array users;
                    pages::list_users(tx, of.id, newest, [&](const store::resources::row& row) {
                        users.push_back(previewed(understood, row, request.budget));
                        return true;
                    });
                    return manage_response(200, {{"users", std::move(users)}});
                }
            );
        }
    };
}

}  // namespace scimd::api
