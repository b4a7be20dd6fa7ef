// Filters as the tests of their SQL write them.
#pragma once

#include "scim/filter/filter.hpp"
#include "scim/schema/schema.hpp"
#include "store/filter_sql.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

namespace scimd::store {

inline const scim::catalogue& catalogue() {
    static const scim::catalogue loaded = scim::catalogue::standard();
    return loaded;
}

inline const scim::resource_type& user_type() {
    return *catalogue().find_type("User");
}
inline const scim::resource_type& group_type() {
    return *catalogue().find_type("Group");
}

inline scim::filter parsed(std::string_view text, const scim::resource_type& type) {
    auto condition = scim::parse_filter(text, type);
    EXPECT_TRUE(condition) << text << ": " << (condition ? "" : condition.error().detail);
    return *std::move(condition);
}

inline compiled_filter compiled(std::string_view text, const scim::resource_type& type) {
    return compile(parsed(text, type), type);
}

}  // namespace scimd::store
