#include "store/filter_sql.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/filter.hpp"
#include "scim/match.hpp"
#include "support/recording_connection.hpp"
#include "support/seed.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace scimd::store {
namespace {

using namespace std::chrono_literals;

const scim::catalogue& catalogue()
{
    static const scim::catalogue loaded = scim::catalogue::standard();
    return loaded;
}

const scim::resource_type& user_type()
{
    return *catalogue().find_type("User");
}
const scim::resource_type& group_type()
{
    return *catalogue().find_type("Group");
}

scim::filter parsed(std::string_view text, const scim::resource_type& type)
{
    auto condition = scim::parse_filter(text, type);
    EXPECT_TRUE(condition) << text << ": " << (condition ? "" : condition.error().detail);
    return *std::move(condition);
}

compiled_filter compiled(std::string_view text, const scim::resource_type& type)
{
    return compile(parsed(text, type), type);
}

struct text_case {
    std::string_view filter;
    std::string_view sql;
    bool is_exact = true;
};

constexpr std::string_view by_email =
    "r.id in (select v.resource_id from resource_values v where v.directory_id = $1 and v.type = $2"
    " and v.attribute = 'emails.value'";

void expect_texts(const scim::resource_type& type, std::span<const text_case> cases)
{
    for (const auto& [filter, sql, is_exact] : cases) {
        const compiled_filter made = compiled(filter, type);
        EXPECT_EQ(made.where.text, sql) << filter;
        EXPECT_EQ(made.is_exact, is_exact) << filter;
    }
}

TEST(filter_sql_test, columns_of_users)
{
    const text_case cases[] = {
        {R"(userName eq "x")", "r.unique_key = $3"},
        {R"(userName ne "x")", "r.unique_key is distinct from $3"},
        {R"(userName gt "x")", "r.unique_key > $3"},
        {R"(userName ge "x")", "r.unique_key >= $3"},
        {R"(userName lt "x")", "r.unique_key < $3"},
        {R"(userName le "x")", "r.unique_key <= $3"},
        {R"(userName sw "x")", "r.unique_key >= $3 and r.unique_key < $4"},
        {R"(userName co "x")", "", false},
        {R"(userName ew "x")", "", false},
        {"userName pr", "r.unique_key is not null"},
        {"displayName eq null", "(r.display_key is not null) is not true"},
        {"displayName ne null", "r.display_key is not null"},
        {R"(displayName eq "x")", "r.display_key = $3"},
        {R"(externalId eq "x")", "r.external_id = $3"},
        {"active eq true", "r.active = $3"},
        {"active ne false", "r.active is distinct from $3"},
        {R"(id eq "diruser_7")", "r.id = $3"},
        {R"(id ne "diruser_7")", "r.id is distinct from $3"},
        {R"(id eq "dirgroup_7")", "1 = 0"},
        {R"(id eq "7")", "1 = 0"},
        {R"(id ne "x")", ""},
        {R"(id gt "diruser_7")", "", false},
        {R"(meta.created gt "2026-01-01T00:00:00Z")", "r.created_at > $3"},
        {R"(meta.lastModified le "2026-01-01T00:00:00+01:00")", "r.modified_at <= $3"},
        {R"(meta.lastModified ge "2026-01-01T00:00:00Z")",
         "r.id in (select s.id from resources s where s.directory_id = $1 and s.type = $2"
         " and s.modified_at >= $3)"},
        {R"(meta.resourceType eq "User")", ""},
        {R"(nickName eq "x")", "", false},
        {R"(name.familyName eq "x")", "", false},
        {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter eq "x")", "", false},
    };
    expect_texts(user_type(), cases);
}

TEST(filter_sql_test, columns_of_groups)
{
    const text_case cases[] = {
        {R"(displayName eq "x")", "r.display_key = $3"},
        {R"(id eq "dirgroup_7")", "r.id = $3"},
        {R"(id eq "diruser_7")", "1 = 0"},
        {R"(members.value eq "diruser_7")",
         "r.id in (select m.group_id from members m where m.directory_id = $1 and m.member_id = $3"
         " and m.member_type = 'User')"},
        {R"(members eq "dirgroup_7")",
         "r.id in (select m.group_id from members m where m.directory_id = $1 and m.member_id = $3"
         " and m.member_type = 'Group')"},
        {R"(members[value eq "bogus"])",
         "r.id in (select m.group_id from members m where m.directory_id = $1 and 1 = 0)"},
        {"members pr", "r.id in (select m.group_id from members m where m.directory_id = $1)"},
        {R"(members.display eq "x")", "", false},
        {R"(members.value ne "diruser_7")", "", false},
        {R"(members.value sw "diruser_")", "", false},
    };
    expect_texts(group_type(), cases);
}

TEST(filter_sql_test, values_of_users)
{
    const std::string equal = std::string(by_email) + " and v.value = $3)";
    const std::string other = std::string(by_email) + " and v.value = $4)";
    const std::string starting = std::string(by_email) + " and v.value >= $3 and v.value < $4)";
    const std::string any = std::string(by_email) + ")";
    const std::string either = "(" + equal + ") or (" + other + ")";
    const std::string both = "(" + equal + ") and (" + other + ")";
    const std::string alone = "(" + equal + ")";
    const text_case cases[] = {
        {R"(emails.value eq "x")", equal},
        {R"(emails eq "x")", equal},
        {R"(emails[value eq "x"])", equal},
        {R"(emails.value sw "x")", starting},
        {"emails.value pr", any},
        {"emails pr", "", false},
        {R"(emails.value ne "x")", "", false},
        {R"(emails.value co "x")", "", false},
        {R"(emails.type eq "x")", "", false},
        {R"(emails[type eq "work" and value eq "x"])", alone, false},
        {R"(emails[type eq "work"].value eq "x")", alone, false},
        {R"(emails[value eq "x" or value eq "y"])", either},
        {R"(emails[value eq "x" and value eq "y"])", both, false},
        {R"(emails[value eq "x" or type eq "work"])", "", false},
        {R"(emails[not (value eq "x")])", "", false},
        {"emails[value eq null]", "", false},
        {R"(groups.value eq "dirgroup_7")",
         "r.id in (select m.member_id from members m where m.directory_id = $1 and m.member_type = 'User'"
         " and m.group_id = $3)"},
        {R"(groups.value eq "diruser_7")",
         "r.id in (select m.member_id from members m where m.directory_id = $1 and m.member_type = 'User'"
         " and 1 = 0)"},
    };
    expect_texts(user_type(), cases);
}

TEST(filter_sql_test, compositions)
{
    const text_case cases[] = {
        {R"(userName eq "x" and active eq true)", "(r.unique_key = $3) and (r.active = $4)"},
        {R"(userName eq "x" and nickName eq "y")", "(r.unique_key = $3)", false},
        {R"(nickName eq "y" and title eq "z")", "", false},
        {R"(userName eq "x" or externalId eq "y")", "(r.unique_key = $3) or (r.external_id = $4)"},
        {R"(userName eq "x" or nickName eq "y")", "", false},
        {R"(not (userName eq "x"))", "(r.unique_key = $3) is not true"},
        {R"(not (nickName eq "x"))", "", false},
        {R"(not (userName eq "x" and nickName eq "y"))", "", false},
        // What is given up leaves no parameter behind.
        {R"((userName eq "x" or nickName eq "y") and active eq true)", "(r.active = $3)", false},
        {R"(not (userName eq "x" and nickName eq "y") and active eq true)", "(r.active = $3)", false},
        {R"((userName eq "a" or userName eq "b") and (id eq "diruser_1" or active eq true))",
         "((r.unique_key = $3) or (r.unique_key = $4)) and ((r.id = $5) or (r.active = $6))"},
    };
    expect_texts(user_type(), cases);
}

// What a type lacks, and the type's own name, are the same for all of its resources.
TEST(filter_sql_test, what_is_the_same_for_every_resource_is_decided_at_once)
{
    const scim::resource_type* const both[] = {&user_type(), &group_type()};
    const struct {
        std::string_view filter;
        std::string_view sql;
        bool is_void = false;
        bool is_exact = true;
    } of_groups[] = {
        {R"(userName eq "x")", "1 = 0", true},
        {R"(userName ne "x")", ""},
        {R"(userName gt "x")", "1 = 0", true},
        {"userName pr", "1 = 0", true},
        {"not (userName pr)", ""},
        {"userName eq null", ""},
        {"userName ne null", "1 = 0", true},
        {R"(emails[type eq "work"])", "1 = 0", true},
        {R"(emails.value ew "x")", "1 = 0", true},
        {R"(userName eq "x" and displayName eq "y")", "1 = 0", true},
        {R"(displayName eq "y" and displayName co "z" and userName pr)", "1 = 0", true},
        {R"(userName eq "x" or displayName eq "y")", "(r.display_key = $3)"},
        {R"(displayName eq "y" or not (userName pr))", ""},
        {R"(displayName co "y" or not (userName pr))", "", false, false},
        {R"(displayName co "y" and not (userName pr))", "", false, false},
        {R"(displayName eq "y" and not (userName pr))", "(r.display_key = $3)"},
        {R"(userName pr or title pr)", "1 = 0", true},
        {R"(meta.resourceType eq "Group")", ""},
        {R"(meta.resourceType eq "User")", "1 = 0", true},
        {R"(meta.resourceType sw "Gr")", ""},
        {R"(meta.resourceType eq "User" or displayName eq "y")", "(r.display_key = $3)"},
        {R"(not (meta.resourceType eq "User"))", ""},
        {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr)", "1 = 0", true},
    };
    for (const auto& row : of_groups) {
        const auto parsed = scim::parse_filter(row.filter, group_type(), both);
        ASSERT_TRUE(parsed) << row.filter << parsed.error().detail;
        const auto made = compile(*parsed, group_type());
        EXPECT_EQ(made.where.text, row.sql) << row.filter;
        EXPECT_EQ(made.is_void, row.is_void) << row.filter;
        EXPECT_EQ(made.is_exact, row.is_exact) << row.filter;
        const std::size_t parameters = row.sql.find("$3") == std::string_view::npos ? 0 : 1;
        EXPECT_EQ(made.where.parameters.size(), parameters) << row.filter;
    }
}

TEST(filter_sql_test, values_are_parameters_in_the_columns_form)
{
    using values = std::vector<std::variant<std::int64_t, std::string>>;
    const struct {
        std::string_view filter;
        values parameters;
    } cases[] = {
        {R"(userName eq "Straße")", {"strasse"}},
        {R"(externalId eq "Straße")", {"Straße"}},
        {R"(emails.value eq "ADA@Example.com")", {"ada@example.com"}},
        {R"(id eq "diruser_7")", {std::int64_t{7}}},
        {"active eq False", {std::int64_t{0}}},
        {R"(meta.created eq "1970-01-01T00:00:01.5Z")", {std::int64_t{1'500'000}}},
        {R"(userName eq "' or 1=1 --")", {"' or 1=1 --"}},
    };
    for (const auto& [filter, parameters] : cases)
        EXPECT_EQ(compiled(filter, user_type()).where.parameters, parameters) << filter;
}

TEST(filter_sql_test, the_end_of_a_prefix_is_a_code_point_more)
{
    using values = std::vector<std::variant<std::int64_t, std::string>>;
    const struct {
        std::string_view prefix;
        values parameters;
    } cases[] = {
        {"ab", {"ab", "ac"}},
        {"a\x7f", {"a\x7f", "a\u0080"}},
        {"a\u07ff", {"a\u07ff", "a\u0800"}},
        {"ÿ", {"ÿ", "Ā"}},
        {"a\ud7ff", {"a\ud7ff", "a\ue000"}},
        {"a\uffef", {"a\uffef", "a\ufff0"}},
        {"a\uffff", {"a\uffff", "a\U00010000"}},
        {"a\U0010ffff", {"a\U0010ffff", "b"}},
        {"\U0010ffff", {"\U0010ffff"}},
        {"", {""}},
    };
    for (const auto& [prefix, parameters] : cases) {
        const scim::comparison node{
            scim::parse_path("externalId", user_type()).value(), scim::operation::sw, std::string(prefix)
        };
        EXPECT_EQ(compile({node}, user_type()).where.parameters, parameters) << prefix;
    }
}

TEST(filter_sql_test, a_prefix_that_is_not_utf8_is_matched_in_memory)
{
    const scim::comparison node{
        scim::parse_path("externalId", user_type()).value(), scim::operation::sw, std::string("a\xff")
    };
    const compiled_filter made = compile({node}, user_type());
    EXPECT_EQ(made.where.text, "");
    EXPECT_FALSE(made.is_exact);
}

// filter_parameters_max is 256.
TEST(filter_sql_test, parameters_have_a_limit)
{
    const scim::filter term{scim::comparison{
        scim::parse_path("externalId", user_type()).value(), scim::operation::sw, std::string("a")
    }};
    for (const std::size_t terms : {128u, 129u, 300u}) {
        const scim::filter all{scim::conjunction{std::vector<scim::filter>(terms, term)}};
        const compiled_filter made = compile(all, user_type());
        EXPECT_EQ(made.where.parameters.size(), 256u) << terms;
        EXPECT_EQ(made.is_exact, terms == 128) << terms;
    }
}

TEST(filter_sql_test, what_sorts_like_a_column)
{
    using resources::sort_column;
    const struct {
        const scim::resource_type& type;
        std::string_view attribute;
        std::optional<sort_column> column;
    } cases[] = {
        {user_type(), "userName", sort_column::unique_key},
        {user_type(), "displayName", sort_column::display_key},
        {user_type(), "externalId", sort_column::external_id},
        {user_type(), "id", sort_column::id},
        {user_type(), "meta.created", sort_column::created},
        {user_type(), "meta.lastModified", sort_column::modified},
        {group_type(), "displayName", sort_column::display_key},
        {user_type(), "active", std::nullopt},
        {user_type(), "emails.value", std::nullopt},
        {user_type(), "name.familyName", std::nullopt},
        {group_type(), "members", std::nullopt},
    };
    for (const auto& [type, attribute, column] : cases) {
        const scim::path where = scim::parse_path(attribute, type).value();
        EXPECT_EQ(sort_column_of(where, type), column) << attribute;
    }
}

// A directory with a few hundred random users and groups, and each as the document that a client sees.
class filtered_documents_test : public testing::Test {
protected:
    filtered_documents_test()
    {
        for (int i = 0; i < 200; ++i)
            add_user(i);
        for (int i = 0; i < 20; ++i)
            add_group(i);
        for (int i = 0; i < 150; ++i)
            add_membership();
        // Whoever looks across directories finds these twice.
        const directory_id elsewhere = store.add_directory().id;
        resources::insert(store.tx(), elsewhere, "User", "{}", {.unique_key = "ada", .display_key = "ada"});
    }

    template <class T>
    const T& any(const std::vector<T>& of)
    {
        return of[random() % of.size()];
    }

    void add(const scim::resource_type& type, json::object document, const resources::index_columns& columns)
    {
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

    void add_user(int number)
    {
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

    void add_group(int number)
    {
        const std::string name = any(words) + (number % 2 == 0 ? "" : std::to_string(number));
        add(group_type(), {{"displayName", name}}, {.unique_key = fold(name), .display_key = fold(name)});
    }

    std::int64_t any_id(const std::string& type)
    {
        auto found = documents[type].begin();
        std::advance(found, random() % documents[type].size());
        return found->first;
    }

    static json::array& list_in(json::object& document, std::string_view name)
    {
        json::value& list = document[name];
        if (!list.is_array())
            list = json::array();
        return list.get_array();
    }

    void add_membership()
    {
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

    std::string any_leaf(const scim::resource_type& type)
    {
        static const std::vector<std::string> operators = {
            "eq", "ne", "sw", "gt", "ge", "lt", "le", "co", "ew"
        };
        static const std::vector<std::string> order = {"eq", "ne", "gt", "ge", "lt", "le"};
        static const std::vector<std::string> user_texts = {
            "userName", "displayName", "externalId", "nickName", "emails.value", "emails", "emails.type"
        };
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

    std::string any_email_filter()
    {
        static const std::vector<std::string> operators = {"eq", "ne", "sw", "gt"};
        static const std::vector<std::string> shapes = {
            "#", "type eq \"work\" and #", "# or #", "# and #", "not (#)"
        };
        std::string text = any(shapes);
        for (auto at = text.find('#'); at != std::string::npos; at = text.find('#'))
            text.replace(at, 1, "value " + any(operators) + " \"" + any(words) + "\"");
        return "emails[" + text + "]";
    }

    std::string any_filter(const scim::resource_type& type, int depth)
    {
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

    std::set<std::int64_t> selected(const resources::condition& which, const scim::resource_type& type)
    {
        std::set<std::int64_t> ids;
        resources::list(store.tx(), here, type.name, which, {}, 0, -1, [&](const resources::row& each) {
            return ids.insert(each.id.value).second;
        });
        return ids;
    }

    const std::vector<std::string> words = {
        "ada",
        "Ada",
        "ADA",
        "bob",
        "Bobby",
        "Straße",
        "STRASSE",
        "zoë",
        "Zo\u0308e",
        "éclair",
        "ÿ",
        "z",
        "a",
        "日本",
        "Ａda",
        "😀",
        "x@y.org",
        "%_",
        "'x"
    };
    test::temp_store store;
    const directory_id here = store.add_directory().id;
    std::mt19937 random{test::seed()};
    std::map<std::string, std::map<std::int64_t, json::object>> documents;  // by type and id
};

TEST_F(filtered_documents_test, sql_and_memory_agree_on_random_filters)
{
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
            std::erase_if(found, [&](std::int64_t id) {
                return !scim::matches(condition, documents[type.name].at(id));
            });
        ASSERT_EQ(found, expected) << text << "\n" << made.where.text;
    }
    // The generator reaches both sides.
    EXPECT_GT(exact, filters / 4);
    EXPECT_GT(narrowed - exact, filters / 40);
}

TEST_F(filtered_documents_test, equality_is_an_index_look_up)
{
    const struct {
        const scim::resource_type& type;
        std::string_view filter;
        std::string_view step;  // of SQLite's plan
    } cases[] = {
        {user_type(), R"(userName eq "x")", "(directory_id=? AND type=? AND unique_key=?)"},
        {user_type(), R"(displayName eq "x")", "(directory_id=? AND type=? AND display_key=?)"},
        {user_type(), R"(externalId eq "x")", "(directory_id=? AND type=? AND external_id=?)"},
        {user_type(), R"(id eq "diruser_7")", "(rowid=?)"},
        {user_type(), R"(emails.value eq "x")", "(directory_id=? AND type=? AND attribute=? AND value=?)"},
        {user_type(), R"(emails[value eq "x"])", "(directory_id=? AND type=? AND attribute=? AND value=?)"},
        {user_type(),
         R"(emails[type eq "work" and value eq "x"])",
         "(directory_id=? AND type=? AND attribute=? AND value=?)"},
        {user_type(), R"(groups.value eq "dirgroup_7")", "(directory_id=? AND group_id=?)"},
        {user_type(), R"(userName sw "x")", "(directory_id=? AND type=? AND unique_key>? AND unique_key<?)"},
        {user_type(),
         R"(emails.value sw "x")",
         "(directory_id=? AND type=? AND attribute=? AND value>? AND value<?)"},
        {user_type(), R"(userName eq "x" and active eq true)", "unique_key=?)"},
        {user_type(), R"(userName eq "x" and nickName eq "y")", "unique_key=?)"},
        {user_type(), R"(userName eq "x" or externalId eq "y")", "external_id=?)"},
        {user_type(), R"(userName eq "x" or emails.value eq "y")", "attribute=? AND value=?)"},
        {user_type(),
         R"(meta.lastModified gt "2026-01-01T00:00:00Z")",
         "(directory_id=? AND type=? AND modified_at>?)"},
        {group_type(), R"(displayName eq "x")", "(directory_id=? AND type=? AND display_key=?)"},
        {group_type(), R"(id eq "dirgroup_7")", "(rowid=?)"},
        {group_type(), R"(members.value eq "diruser_7")", "(directory_id=? AND member_id=? AND member_type=?)"
        },
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
