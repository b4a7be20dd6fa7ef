#include "service_fixture.hpp"

#include "scim/schema/urn.hpp"
#include "scim/unlimited.hpp"
#include "store/events.hpp"
#include "support/described_events.hpp"

#include <type_traits>
#include <utility>

namespace scimd::service {
namespace {

namespace tenants = store::tenants;

json::object parse(std::string_view text) {
    return parse_json_object(text).value();
}

answer failed(const error& reason, bool is_refused) {
    return {http_status(reason.code), {}, reason.detail, is_refused};
}

answer succeeded(int status, const representation& made) {
    if (made.later)  // very many members are read by a request of its own
        return {status, {{"id", made.later->id}}, {}, false};
    return {status, parse_json_object(made.body, {.nodes_max = SIZE_MAX}).value(), {}, false};
}

}  // namespace

service_fixture::service_fixture() {
    const auto directory = store.add_directory();
    domain = tenants::insert_domain(tx(), directory.organization, domain_name::parse("acme.com").value(),
            tenants::domain_status::verified, false)
                     ->id;
    who = {.environment = tenants::environment(tx()),
            .organization = directory.organization,
            .directory = directory.id,
            .token = secret_id{7},
            .token_suffix = "a1b2",
            .provider = "OKTA",
            .policy = tenants::domain_policy::reject,
            .base_url = "https://scim.test/directory/" + directory.id.text() + "/scim/v2",
            .request_id = "request-1",
            .schemas = &schemas};
}

// Checks in every test that all events conform to the published schemas.
service_fixture::~service_fixture() {
    test::expect_described_events(tx());
}

const scim::resource_type& service_fixture::type(std::string_view endpoint) {
    return *schemas.find_endpoint(endpoint);
}

target service_fixture::at(std::string_view endpoint, std::string_view id) {
    return {&type(endpoint), std::string(id), {}, {}};
}

template <class Run>
answer service_fixture::attempt(int status, Run run) {
    tx().sql().run({"savepoint", "savepoint work"});
    auto outcome = run();
    if (!outcome) {
        tx().sql().run({"rollback", "rollback to work"});
        return failed(outcome.error(), false);
    }
    tx().sql().run({"release", "release work"});
    using value = std::remove_cvref_t<decltype(*outcome)>;
    if constexpr (std::is_same_v<value, provisioned>) {
        const auto* refusal = std::get_if<refused>(&*outcome);
        return refusal ? failed(refusal->reason, true)
                       : succeeded(status, std::get<representation>(*outcome));
    } else {
        return succeeded(status, *outcome);
    }
}

answer service_fixture::create(std::string_view endpoint, std::string_view body) {
    const auto& made = type(endpoint);
    const auto read = scim::read_body(parse(body), made);
    if (!read)
        return failed(read.error(), false);
    return attempt(201, [&] { return service::create(tx(), who, made, *read, {}); });
}

answer service_fixture::get(std::string_view endpoint, std::string_view id) {
    return attempt(200, [&] { return service::get(tx(), who, at(endpoint, id)); });
}

answer service_fixture::replace(std::string_view endpoint, std::string_view id, std::string_view body) {
    const auto read = scim::read_body(parse(body), type(endpoint));
    if (!read)
        return failed(read.error(), false);
    return attempt(200, [&] { return service::replace(tx(), who, at(endpoint, id), *read); });
}

answer service_fixture::patch(std::string_view endpoint, std::string_view id, std::string_view operations) {
    std::string body = R"({"schemas":[")" + std::string(scim::urn::patch_op) + R"("],"Operations":)";
    body.append(operations).append("}");
    const auto change = scim::parse_patch(parse(body), type(endpoint));
    if (!change)
        return failed(change.error(), false);
    return attempt(200, [&] { return service::patch(tx(), who, at(endpoint, id), *change); });
}

answer service_fixture::remove(std::string_view endpoint, std::string_view id) {
    const auto removed = service::remove(tx(), who, at(endpoint, id));
    return removed ? answer{204, {}, {}, false} : failed(removed.error(), false);
}

std::string service_fixture::add_user(std::string_view name) {
    return create("Users", user_body(name)).id();
}

std::string service_fixture::add_group(std::string_view name, const std::vector<std::string>& members) {
    return create("Groups", group_body(name, ",\"members\":" + members_text(members))).id();
}

std::vector<json::object> service_fixture::events() {
    std::vector<json::object> all;
    store::events::list_after(tx(), event_id{0}, -1, [&](const store::events::event& one) {
        all.push_back(parse(one.body));
        return true;
    });
    return all;
}

std::vector<json::object> service_fixture::new_events() {
    auto all = events();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(seen_));
    seen_ += all.size();
    return all;
}

std::vector<std::string> service_fixture::new_types() {
    std::vector<std::string> types;
    for (const auto& event : new_events())
        types.push_back(kind_of(event));
    return types;
}

std::vector<std::string> service_fixture::members_of(std::string_view group) {
    std::vector<std::string> ids;
    const auto read = get("Groups", group);
    for (const auto& member : read.body.at("members").as_array())
        ids.emplace_back(member.as_object().at("value").as_string());
    return ids;
}

std::string kind_of(const json::object& event) {
    const std::string type(event.at("type").as_string());
    return type.substr(type.rfind('.') + 1);
}

std::string user_body(std::string_view name, std::string_view domain, std::string_view more) {
    std::string body = R"({"schemas":[")" + std::string(scim::urn::user) + R"("],"userName":")";
    body.append(name).append(R"(","emails":[{"primary":true,"value":")").append(name).append("@");
    return body.append(domain).append(R"("}])").append(more).append("}");
}

std::string group_body(std::string_view name, std::string_view more) {
    std::string body = R"({"schemas":[")" + std::string(scim::urn::group) + R"("],"displayName":")";
    return body.append(name).append("\"").append(more).append("}");
}

std::string members_text(const std::vector<std::string>& ids) {
    std::string text = "[";
    for (const auto& id : ids)
        text.append(text.size() > 1 ? "," : "").append(R"({"value":")").append(id).append("\"}");
    return text + "]";
}

}  // namespace scimd::service
