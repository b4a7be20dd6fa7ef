// Groups with very many members, written directly to the store, which is faster than requests.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scimd::test {

// Inserts users "<prefix>0", "<prefix>1", … and returns their ids in order. No events are recorded.
inline std::vector<resource_id> write_users(
        store::transaction& tx, directory_id directory, const std::string& prefix, std::size_t count) {
    std::vector<resource_id> made;
    made.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = prefix + std::to_string(i);
        const auto document = R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":")" +
                              name + R"(","emails":[{"value":")" + name + R"(@acme.com"}]})";
        const store::resources::index_columns columns{.unique_key = name};
        made.push_back(store::resources::insert(tx, directory, "User", document, columns)->id);
    }
    return made;
}

// Adds the users to the group, without events.
inline void write_members(store::transaction& tx, directory_id directory, resource_id group,
        const std::vector<resource_id>& users) {
    for (const auto user : users)
        store::resources::add_member(tx, directory, group, {user, "User", {}});
}

// "diruser_42" → 42
inline resource_id number_in(const std::string& id) {
    return {std::stoll(id.substr(id.find('_') + 1))};
}

}  // namespace scimd::test
