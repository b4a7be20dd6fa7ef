#include "support/api_fixture.hpp"

#include "api/run_in_process.hpp"
#include "scim/schema/urn.hpp"
#include "service/domains/domain_review.hpp"
#include "service/domains/held_user_release.hpp"
#include "service/groups/membership_events.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/management/directories.hpp"
#include "service/management/organizations.hpp"
#include "service/management/roles.hpp"
#include "store/directories.hpp"
#include "support/described_events.hpp"
#include "support/migrated_store.hpp"
#include "support/response_check.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace scimd::test {
namespace {

std::string quoted(std::string_view name, std::string_view value) {
    std::string text;
    append_quoted(text, name);
    text += ':';
    append_quoted(text, value);
    return text;
}

// The id of the object in the response to a creation.
std::string id_in(const answer& made, std::string_view object) {
    if (made.status != 201)
        throw std::runtime_error("not made: " + made.text);
    return std::string(made.member(object).at("id").as_string());
}

store::sqlite_options in(const temp_directory& folder) {
    store::sqlite_options options;
    options.folder = folder.path();
    put_migrated_store(options.folder / "scimd.db");
    return options;
}

std::vector<master_key> one_master_key(random_source& random) {
    std::vector<master_key> keys;
    keys.push_back(make_master_key(random));
    return keys;
}

}  // namespace

std::string answer::header(std::string_view name) const {
    const auto* value = headers.find(name);
    return value ? *value : std::string();
}

std::string answer::text_of(std::string_view name) const {
    const auto* value = find_string(body, name);
    return value ? std::string(*value) : std::string();
}

const json::object& answer::member(std::string_view name) const {
    return body.at(name).as_object();
}

std::vector<std::string> answer::resources(std::string_view attribute) const {
    std::vector<std::string> values;
    for (const auto& resource : body.at("Resources").as_array()) {
        const auto* value = find_string(resource.as_object(), attribute);
        values.emplace_back(value ? std::string_view(*value) : "-");
    }
    return values;
}

api_fixture::api_fixture(const api::limits& bounds) : api_fixture(scim::catalogue::standard(), bounds) {}

api_fixture::api_fixture(scim::catalogue types, const api::limits& bounds)
        : key_vault(one_master_key(random), random),
          schemas(std::move(types)),
          log_([this](std::string_view line) { log_text += line; }, log_level::warning),
          database(store::open_sqlite(in(folder), clock, ids_, log_, metrics).value()),
          server{.schemas = schemas,
                  .wall_clock = clock,
                  .random = random,
                  .metrics = metrics,
                  .last_used = last_used,
                  .requests = requests,
                  .key_vault = key_vault,
                  .token_cache = token_cache,
                  .login_limits = login_limits,
                  .cursors = cursors,
                  .spooled_responses = spooled_responses,
                  .environment = environment_id{1},
                  .public_url = "https://scim.test",
                  .is_metrics_open = false,
                  .bounds = bounds,
                  .why_not_ready = [this] { return why_not_ready; },
                  .renew_master_key = [this](store::database&) { return key_vault.sealing_key(); },
                  .domains = domain_policy,
                  .look_up_txt =
                          [this](std::string name,
                                  std::function<void(std::vector<service::txt_answer>)> done) {
                              look_up_txt ? look_up_txt(std::move(name), std::move(done)) : done({});
                          }} {
    // Most tests use reserved domain names, which no customer can own: .test, .example.
    domain_policy.rules.replace_reserved_domains("").value();
    organization = make_organization("Acme");
    domain = make_domain(organization, "acme.com");
    directory = make_directory(organization);
    token = make_token(directory);
    start = last_cursor();
}

// Every test checks the events that it caused against the published schemas.
api_fixture::~api_fixture() {
    store::run(*database, store::intent::read, [](store::transaction& tx) {
        expect_described_events(tx);
        return store::verdict::commit;
    });
    database->close();
}

void api_fixture::work_off() {
    bool has_more = true;
    while (has_more) {
        store::run(*database, store::intent::write, [&](store::transaction& tx) {
            has_more = service::release_held_users(tx, server.environment, schemas);
            has_more = service::organizations::remove_some(tx, server.environment) || has_more;
            if (const auto step = service::find_review_step(tx, server.environment, schemas)) {
                service::apply_review_step(tx, server.environment, schemas, *step);
                has_more = true;
            }
            if (const auto next = store::directories::next_removal(tx)) {
                service::directories::remove_some(tx, schemas, *next);
                has_more = true;
            }
            if (const auto next = store::roles::next_recount(tx)) {
                service::roles::recount_some(tx, schemas, *next);
                has_more = true;
            }
            has_more = service::membership_jobs::run_oldest_step(tx, schemas, time_point::max()) || has_more;
            has_more = service::membership_jobs::discard_abandoned_parts(tx) || has_more;
            if (const auto next = service::next_to_publish(tx, {})) {
                service::publish_pending(tx, schemas, *next);
                has_more = true;
            }
            return store::verdict::commit;
        });
    }
}

void api_fixture::write_log() {
    for (const auto& record : requests.take(SIZE_MAX)) {
        const auto line = service::to_line(record);
        store::run(*database, store::intent::write, [&](store::transaction& tx) {
            service::write_line(tx, line, requests_kept);
            return store::verdict::commit;
        });
    }
}

answer api_fixture::send(http::request head) {
    head.id = "request-1";
    const auto method = head.method;
    const auto target = head.target;
    auto response = api::run_in_process(pipeline, *database, std::move(head));
    answer made{response.status, std::move(response.headers), std::move(response.body), {}};
    for (const auto& fault : response_faults(method, target, made.status, made.text))
        ADD_FAILURE() << method << ' ' << target << ' ' << made.status << ": " << fault << '\n' << made.text;
    if (auto body = parse_json_object(made.text, {.nodes_max = SIZE_MAX}))
        made.body = std::move(*body);
    return made;
}

answer api_fixture::call(
        std::string_view method, std::string_view target, std::string_view body, header_list headers) {
    http::request head;
    head.method = method;
    head.target = target;
    head.body = body;
    head.from.address = "192.0.2.7";
    for (const auto& [name, value] : headers)
        head.headers.add(std::string(name), std::string(value));
    return send(std::move(head));
}

answer api_fixture::operate(std::string_view method, std::string_view target, std::string_view body) {
    http::request head;
    head.method = method;
    head.target = target;
    head.body = body;
    head.from = {.address = {}, .is_loopback = true, .is_operator = true};
    return send(std::move(head));
}

answer api_fixture::scim(
        std::string_view method, std::string_view path, std::string_view body, header_list headers) {
    http::request head;
    head.method = method;
    head.target = base().append(path);
    head.body = body;
    head.from.address = "192.0.2.7";
    head.headers.add("Authorization", "Bearer " + token);
    for (const auto& [name, value] : headers)
        head.headers.add(std::string(name), std::string(value));
    return send(std::move(head));
}

answer api_fixture::patch(std::string_view path, std::string_view operations, header_list headers) {
    std::string body = R"({"schemas":[")" + std::string(scim::urn::patch_op) + R"("],"Operations":)";
    return scim("PATCH", path, body.append(operations).append("}"), headers);
}

std::string api_fixture::make_organization(std::string_view name) {
    return id_in(operate("POST", "/api/v1/organizations", "{" + quoted("display_name", name) + "}"),
            "organization");
}

std::string api_fixture::make_domain(std::string_view owner, std::string_view name) {
    const auto path = "/api/v1/organizations/" + std::string(owner) + "/domains";
    return id_in(operate("POST", path, "{" + quoted("domain", name) + "}"), "domain");
}

std::string api_fixture::make_directory(std::string_view owner, std::string_view policy) {
    const auto path = "/api/v1/organizations/" + std::string(owner) + "/directories";
    const auto body =
            "{" + quoted("directory_provider", "OKTA") + "," + quoted("domain_policy", policy) + "}";
    return id_in(operate("POST", path, body), "directory");
}

std::string api_fixture::make_token(std::string_view owner, std::string_view expires) {
    const auto path = "/api/v1/organizations/-/directories/" + std::string(owner) + "/secrets";
    const auto made =
            operate("POST", path, expires.empty() ? "" : "{" + quoted("expire_time", expires) + "}");
    if (made.status != 201)
        throw std::runtime_error("no token: " + made.text);
    return made.text_of("plain_secret");
}

std::string api_fixture::make_user_token(std::string_view user) {
    const auto path = "/api/v1/organizations/-/directories/" + directory + "/secrets";
    const auto made = operate("POST", path, "{" + quoted("directory_user_id", user) + "}");
    if (made.status != 201)
        throw std::runtime_error("no token: " + made.text);
    return made.text_of("plain_secret");
}

api_client api_fixture::make_client(std::string_view name, std::string_view more) {
    const auto made =
            operate("POST", "/api/v1/clients", "{" + quoted("name", name) + std::string(more) + "}");
    if (made.status != 201)
        throw std::runtime_error("no client: " + made.text);
    return {made.text_of("client_id"), made.text_of("client_secret")};
}

std::string api_fixture::make_bound_token(std::string_view client_name, std::string_view more) {
    const auto bound = "," + quoted("organization_id", organization);
    return make_access_token(make_client(client_name, bound + std::string(more)));
}

std::string api_fixture::make_access_token(const api_client& who, std::string_view scopes) {
    const auto made = call("POST", "/oauth/token",
            "grant_type=client_credentials&client_id=" + who.id + "&client_secret=" + who.secret +
                    "&scope=" + std::string(scopes),
            {{"Content-Type", "application/x-www-form-urlencoded"}});
    if (made.status != 200)
        throw std::runtime_error("no token: " + made.text);
    return made.text_of("access_token");
}

std::string api_fixture::make_user(std::string_view name, std::string_view more) {
    const auto made = scim("POST", "/Users", user_text(name, more));
    if (made.status != 201)
        throw std::runtime_error("no user: " + made.text);
    return made.text_of("id");
}

std::string api_fixture::make_group(std::string_view name, std::string_view more) {
    const auto made = scim("POST", "/Groups", group_text(name, more));
    if (made.status != 201)
        throw std::runtime_error("no group: " + made.text);
    return made.text_of("id");
}

std::vector<json::object> api_fixture::events() {
    std::vector<json::object> listed;
    const auto page = operate("GET", "/api/v1/events?limit=1000&after=" + start);
    for (const auto& event : page.body.at("events").as_array())
        listed.push_back(event.as_object());
    return listed;
}

std::string api_fixture::last_cursor() {
    return operate("GET", "/api/v1/events?limit=1000&after=" + start).text_of("next_cursor");
}

std::vector<std::string> api_fixture::event_types() {
    std::vector<std::string> types;
    for (const auto& event : events()) {
        const std::string type(event.at("type").as_string());
        types.push_back(type.substr(type.rfind('.') + 1));
    }
    return types;
}

std::string user_text(std::string_view name, std::string_view more) {
    std::string text = R"({"schemas":[")" + std::string(scim::urn::user) + R"("],)";
    text += quoted("userName", name) + R"(,"emails":[{"primary":true,)";
    return text.append(quoted("value", std::string(name) + "@acme.com"))
            .append("}]")
            .append(more)
            .append("}");
}

std::string group_text(std::string_view name, std::string_view more) {
    std::string text = R"({"schemas":[")" + std::string(scim::urn::group) + R"("],)";
    return text.append(quoted("displayName", name)).append(more).append("}");
}

std::string in_uri(std::string_view text) {
    std::string made;
    for (const char c : text)
        switch (c) {
            case ' ':
                made += "%20";
                break;
            case '"':
                made += "%22";
                break;
            case '\\':
                made += "%5C";
                break;
            default:
                made += c;
        }
    return made;
}

}  // namespace scimd::test
