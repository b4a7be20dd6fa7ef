// Compares filters in SQL with the same filters in memory, on random documents.
#include "base/json/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "filter_sql_fixture.hpp"
#include "scim/filter/match.hpp"
#include "scim/unlimited.hpp"
#include "support/recording_connection.hpp"
#include "support/seed.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store {
namespace {

using namespace std::chrono_literals;

// A directory with a few hundred random users and groups, and each as the document that a client sees.
class filtered_documents_test : public testing::Test {
protected:
    filtered_documents_test() {
        for (int i = 0; i < 200; ++i)
            add_user(i);
        for (int i = 0; i < 20; ++i)
            add_group(i);
        for (int i = 0; i < 150; ++i)
            add_membership();
        // A query across directories finds these twice.
        const directory_id elsewhere = store.add_directory().id;
        resources::insert(store.tx(), elsewhere, "User", "{}", {.unique_key = "ada", .display_key = "ada"});
    }

    template <class T>
    const T& any(const std::vector<T>& of) {
        return of[random() % of.size()];
    }

    void add(
            const scim::resource_type& type, json::object document, const resources::index_columns& columns) {
        store.advance(1s + std::chrono::microseconds(random() % 3));
        auto made = resources::insert(store.tx(), here, type.name, to_text(document), columns);
        if (!made)
            return;  // the name is taken
        if (random() % 3 == 0) {
            store.advance(1min);
            made = resources::update(store.tx(), here, type.name, made->id, to_text(document), columns);
        }
        document["id"] = type.id_prefix + std::to_string(made->id.value);
        document["meta"] = {
                {"resourceType", type.name},
                {"created", format_rfc3339(made->created)},
                {"lastModified", format_rfc3339(made->modified)},
        };
        documents[type.name].emplace(made->id.value, std::move(document));
    }

    void add_user(int number) {
        resources::index_columns columns;
        json::object document;
        const std::string name = any(words) + (number % 4 == 0 ? "" : std::to_string(number % 50));
        document["userName"] = name;
        columns.unique_key = fold(name);
        if (random() % 3 != 0) {
            const std::string& shown = any(words);
            document["displayName"] = shown;
            columns.display_key = fold(shown);
        }
        if (random() % 2 == 0) {
            const std::string& external = any(words);
            document["externalId"] = external;
            columns.external_id = external;
        }
        if (random() % 3 != 0) {
            const bool is_active = random() % 2 == 0;
            document["active"] = is_active;
            columns.active = is_active;
        }
        if (random() % 3 == 0)
            document["nickName"] = any(words);
        json::array emails;
        for (auto left = random() % 3; left > 0; --left) {
            json::object email;
            if (random() % 6 != 0) {
                const std::string& value = any(words);
                email["value"] = value;
                columns.values.emplace_back("emails.value", fold(value));
            }
            email["type"] = random() % 2 == 0 ? "work" : "home";
            emails.push_back(std::move(email));
        }
        if (!emails.empty())
            document["emails"] = std::move(emails);
        add(user_type(), std::move(document), columns);
    }

    void add_group(int number) {
        const std::string name = any(words) + (number % 2 == 0 ? "" : std::to_string(number));
        add(group_type(), {{"displayName", name}}, {.unique_key = fold(name), .display_key = fold(name)});
    }

    std::int64_t any_id(const std::string& type) {
        auto found = documents[type].begin();
        std::advance(found, random() % documents[type].size());
        return found->first;
    }

    static json::array& list_in(json::object& document, std::string_view name) {
        json::value& list = document[name];
        if (!list.is_array())
            list = json::array();
        return list.get_array();
    }

    void add_membership() {
        const std::int64_t group = any_id("Group");
        const std::string type = random() % 4 == 0 ? "Group" : "User";
        const std::int64_t member = any_id(type);
        if (!resources::add_member(store.tx(), here, {group}, {{member}, type, ""}))
            return;
        json::object& who = documents[type].at(member);
        json::object& whole = documents["Group"].at(group);
        list_in(whole, "members").push_back(json::object{{"value", who.at("id")}, {"type", type}});
        if (type == "User")
            list_in(who, "groups").push_back(json::object{{"value", whole.at("id")}});
    }

    std::string any_leaf(const scim::resource_type& type) {
        static const std::vector<std::string> operators = {
                "eq", "ne", "sw", "gt", "ge", "lt", "le", "co", "ew"};
        static const std::vector<std::string> order = {"eq", "ne", "gt", "ge", "lt", "le"};
        static const std::vector<std::string> user_texts = {
                "userName", "displayName", "externalId", "nickName", "emails.value", "emails", "emails.type"};
        static const std::vector<std::string> group_texts = {"displayName", "externalId"};
        const bool is_user = type.name == "User";
        const std::string text = any(is_user ? user_texts : group_texts);
        const auto quoted = [](const std::string& value) { return " \"" + value + "\""; };
        const std::string other_type = random() % 2 == 0 ? "User" : "Group";
        const std::string& any_type_id =
                std::string(documents[other_type].at(any_id(other_type)).at("id").as_string());
        switch (random() % 10) {
            case 0:
                return text + " pr";
            case 1:
                return text + (random() % 2 == 0 ? " eq null" : " ne null");
            case 2:
                return std::string("id ") + (random() % 2 == 0 ? "eq" : "ne") + quoted(any_type_id);
            case 3: {
                const json::object& meta = documents[type.name].at(any_id(type.name)).at("meta").as_object();
                const std::string name = random() % 2 == 0 ? "created" : "lastModified";
                return "meta." + name + " " + any(order) + quoted(std::string(meta.at(name).as_string()));
            }
            case 4:
                if (is_user)
                    return any_email_filter();
                return "members[value eq" + quoted(any_type_id) + "]";
            case 5:
                return (is_user ? "groups.value " : "members.value ") +
                       std::string(random() % 3 == 0 ? "ne" : "eq") + quoted(any_type_id);
            case 6:
                if (is_user)
                    return std::string("active ") + (random() % 2 == 0 ? "eq " : "ne ") +
                           (random() % 2 == 0 ? "true" : "false");
                return "members pr";
            default:
                return text + " " + any(operators) + quoted(any(words));
        }
    }

    std::string any_email_filter() {
        static const std::vector<std::string> operators = {"eq", "ne", "sw", "gt"};
        static const std::vector<std::string> shapes = {
                "#", "type eq \"work\" and #", "# or #", "# and #", "not (#)"};
        std::string text = any(shapes);
        for (auto at = text.find('#'); at != std::string::npos; at = text.find('#'))
            text.replace(at, 1, "value " + any(operators) + " \"" + any(words) + "\"");
        return "emails[" + text + "]";
    }

    std::string any_filter(const scim::resource_type& type, int depth) {
        if (depth == 0 || random() % 3 == 0)
            return any_leaf(type);
        switch (random() % 3) {
            case 0:
                return "(" + any_filter(type, depth - 1) + " and " + any_filter(type, depth - 1) + ")";
            case 1:
                return "(" + any_filter(type, depth - 1) + " or " + any_filter(type, depth - 1) + ")";
            default:
                return "not (" + any_filter(type, depth - 1) + ")";
        }
    }

    std::set<std::int64_t> selected(const resources::condition& which, const scim::resource_type& type) {
        std::set<std::int64_t> ids;
        resources::list(store.tx(), here, type.name, which, {}, 0, -1,
                [&](const resources::row& each) { return ids.insert(each.id.value).second; });
        return ids;
    }

    const std::vector<std::string> words = {"ada", "Ada", "ADA", "bob", "Bobby", "Straße", "STRASSE", "zoë",
            "Zo\u0308e", "éclair", "ÿ", "z", "a", "日本", "Ａda", "😀", "x@y.org", "%_", "'x"};
    test::temp_store store;
    const directory_id here = store.add_directory().id;
    std::mt19937 random{test::seed()};
    std::map<std::string, std::map<std::int64_t, json::object>> documents;  // by type and id
};

TEST_F(filtered_documents_test, sql_and_memory_agree_on_random_filters) {
    constexpr std::size_t pairs = 120'000;  // of a filter and a document
    int filters = 0;
    int exact = 0;
    int narrowed = 0;
    for (std::size_t compared = 0; compared < pairs; ++filters) {
        const scim::resource_type& type = filters % 4 == 0 ? group_type() : user_type();
        const std::string text = any_filter(type, 1 + filters % 4);
        const scim::filter condition = parsed(text, type);
        const compiled_filter made = compile(condition, type);
        compared += documents[type.name].size();
        exact += made.is_exact;
        narrowed += !made.where.text.empty();

        std::set<std::int64_t> expected;
        for (const auto& [id, document] : documents[type.name])
            if (scim::matches(condition, document))
                expected.insert(id);
        std::set<std::int64_t> found = selected(made.where, type);
        EXPECT_EQ(resources::count_where(store.tx(), here, type.name, made.where), std::ssize(found));
        if (!made.is_exact)
            std::erase_if(found,
                    [&](std::int64_t id) { return !scim::matches(condition, documents[type.name].at(id)); });
        ASSERT_EQ(found, expected) << text << "\n" << made.where.text;
    }
    // The generator reaches both sides.
    EXPECT_GT(exact, filters / 4);
    EXPECT_GT(narrowed - exact, filters / 40);
}

TEST_F(filtered_documents_test, equality_is_an_index_look_up) {
    const struct {
        const scim::resource_type& type;
        std::string_view filter;
        std::string_view step;  // of SQLite's plan
    } cases[] = {
            {user_type(), R"(userName eq "x")", "(directory_id=? AND type=? AND unique_key=?)"},
            {user_type(), R"(displayName eq "x")", "(directory_id=? AND type=? AND display_key=?)"},
            {user_type(), R"(externalId eq "x")", "(directory_id=? AND type=? AND external_id=?)"},
            {user_type(), R"(id eq "diruser_7")", "(rowid=?)"},
            {user_type(), R"(emails.value eq "x")",
                    "(directory_id=? AND type=? AND attribute=? AND value=?)"},
            {user_type(), R"(emails[value eq "x"])",
                    "(directory_id=? AND type=? AND attribute=? AND value=?)"},
            {user_type(), R"(emails[type eq "work" and value eq "x"])",
                    "(directory_id=? AND type=? AND attribute=? AND value=?)"},
            {user_type(), R"(groups.value eq "dirgroup_7")", "(directory_id=? AND group_id=?)"},
            {user_type(), R"(userName sw "x")",
                    "(directory_id=? AND type=? AND unique_key>? AND unique_key<?)"},
            {user_type(), R"(emails.value sw "x")",
                    "(directory_id=? AND type=? AND attribute=? AND value>? AND value<?)"},
            {user_type(), R"(userName eq "x" and active eq true)", "unique_key=?)"},
            {user_type(), R"(userName eq "x" and nickName eq "y")", "unique_key=?)"},
            {user_type(), R"(userName eq "x" or externalId eq "y")", "external_id=?)"},
            {user_type(), R"(userName eq "x" or emails.value eq "y")", "attribute=? AND value=?)"},
            {user_type(), R"(meta.lastModified gt "2026-01-01T00:00:00Z")",
                    "(directory_id=? AND type=? AND modified_at>?)"},
            {group_type(), R"(displayName eq "x")", "(directory_id=? AND type=? AND display_key=?)"},
            {group_type(), R"(id eq "dirgroup_7")", "(rowid=?)"},
            {group_type(), R"(members.value eq "diruser_7")",
                    "(directory_id=? AND member_id=? AND member_type=?)"},
    };
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, store.tx().now(), store.ids);
    for (const auto& [type, filter, step] : cases) {
        const compiled_filter made = compiled(filter, type);
        resources::list(recorded, here, type.name, made.where, {}, 0, 100, [](const auto&) { return true; });
        resources::count_where(recorded, here, type.name, made.where);
        for (const std::string& text : recorder.texts) {
            const std::string plan = recorder.plan_of(text);
            EXPECT_NE(plan.find(step), std::string::npos) << text << "\n" << plan;
            EXPECT_EQ(plan.find("SCAN"), std::string::npos) << text << "\n" << plan;
            // Nor is the whole directory walked along an index.
            EXPECT_EQ(plan.find("(directory_id=? AND type=?)"), std::string::npos) << text << "\n" << plan;
        }
        recorder.texts.clear();
    }
}

}  // namespace
}  // namespace scimd::store
