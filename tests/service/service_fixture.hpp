// A directory of an organization in a new store, and the SCIM operations on it as a client calls them,
// without HTTP. Each call runs in a savepoint, as in the store's writer: a failure is rolled back. One
// thread.
#pragma once

#include "base/json/json.hpp"
#include "service/auth/caller.hpp"
#include "service/scim/provisioning.hpp"
#include "support/temp_store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

// The result of an operation.
struct answer {
    int status = 200;         // of the HTTP response
    json::object body;        // the resource; empty after a failure
    std::string detail;       // of a failure
    bool is_refused = false;  // by the domain gate

    [[nodiscard]] std::string id() const { return std::string(body.at("id").as_string()); }
    [[nodiscard]] std::string version() const {
        return std::string(body.at("meta").as_object().at("version").as_string());
    }
};

class service_fixture {
public:
    service_fixture();
    ~service_fixture();
    service_fixture(const service_fixture&) = delete;
    service_fixture& operator=(const service_fixture&) = delete;

    answer create(std::string_view endpoint, std::string_view body);
    answer get(std::string_view endpoint, std::string_view id);
    answer replace(std::string_view endpoint, std::string_view id, std::string_view body);
    answer patch(std::string_view endpoint, std::string_view id, std::string_view operations);
    answer remove(std::string_view endpoint, std::string_view id);

    // Create resources and return their ids. The user has an address at acme.com.
    std::string add_user(std::string_view name);
    std::string add_group(std::string_view name, const std::vector<std::string>& members = {});

    std::vector<json::object> events();
    std::vector<json::object> new_events();  // since the last call
    std::vector<std::string> new_types();    // likewise, only "user_created" of each
    std::vector<std::string> members_of(std::string_view group);

    store::transaction& tx() { return store.tx(); }
    const scim::resource_type& type(std::string_view endpoint);

    test::temp_store store;
    scim::catalogue schemas = scim::catalogue::standard();
    caller who;
    domain_id domain;  // acme.com

private:
    template <class Run>
    answer attempt(int status, Run run);
    target at(std::string_view endpoint, std::string_view id);

    std::size_t seen_ = 0;
};

// "user_created" of an event.
std::string kind_of(const json::object& event);

// A user's body: userName and a primary address at the domain, and what `more` adds (", \"title\": …").
std::string user_body(
        std::string_view name, std::string_view domain = "acme.com", std::string_view more = "");
std::string group_body(std::string_view name, std::string_view more = "");

// [{"value": "diruser_1"}, …]
std::string members_text(const std::vector<std::string>& ids);

}  // namespace scimd::service
