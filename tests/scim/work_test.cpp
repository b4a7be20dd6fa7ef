// Computation for a client is charged to its request: no product of lists that it controls is free.
#include "base/work_budget.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/match.hpp"
#include "scim/patch/patch.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/patch/quirks.hpp"
#include "scim/resource.hpp"
#include "scim/sample_types.hpp"
#include "support/repeated_text.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::scim {
namespace {

using test::joined;

constexpr std::uint64_t plenty = UINT64_MAX;

std::uint64_t steps_to_match(std::string_view text, const json::object& document) {
    const auto condition = parse_filter(text, samples::user());
    EXPECT_TRUE(condition) << text;
    work_budget work(plenty);
    EXPECT_FALSE(matches(*condition, document, work));
    return work.used();
}

json::object user_with_title(const std::string& title) {
    return json::object{{"userName", "a"}, {"title", title}};
}

TEST(work_of_filters, folds_a_text_once_for_all_terms) {
    const auto document = user_with_title(std::string(60'000, 'A'));
    const auto one = steps_to_match(R"(title ew "z")", document);
    const auto all = steps_to_match(joined(R"(title ew "z#")", " or ", 64), document);
    EXPECT_GE(one, 60'000U);
    EXPECT_LE(all, one + std::uint64_t{63} * 100);
}

TEST(work_of_filters, charges_each_search_within_a_text) {
    const auto document = user_with_title(std::string(60'000, 'a'));
    const auto one = steps_to_match(R"(title co "z")", document);
    const auto all = steps_to_match(joined(R"(title co "z#")", " or ", 64), document);
    EXPECT_GE(all, one + std::uint64_t{63} * 60'000);
}

TEST(work_of_filters, charges_each_value_for_each_term) {
    json::array emails;
    for (int i = 0; i < 1'000; ++i)
        emails.push_back(json::object{{"value", std::to_string(i) + "@acme.com"}});
    const json::object document{{"userName", "a"}, {"emails", std::move(emails)}};
    const auto one = steps_to_match(R"(emails.value eq "z")", document);
    const auto all = steps_to_match(joined(R"(emails.value eq "z#")", " or ", 64), document);
    EXPECT_GE(one, 1'000U * 10);
    EXPECT_GE(all, std::uint64_t{64} * 1'000 * 10);
    EXPECT_GE(steps_to_match(joined(R"(emails[value eq "z#"])", " or ", 64), document),
            std::uint64_t{64} * 1'000 * 10);
}

TEST(work_of_filters, ends_when_the_request_is_cancelled) {
    const auto document = user_with_title(std::string(60'000, 'a'));
    const auto condition = parse_filter(joined(R"(title co "z#")", " or ", 64), samples::user()).value();
    std::atomic<bool> cancelled = true;
    work_budget work(plenty, &cancelled);
    EXPECT_THROW(matches(condition, document, work), work_cancelled);
}

TEST(work_of_filters, a_filter_of_sixty_four_terms_on_a_common_user_costs_little) {
    const auto document = samples::document(R"({
        "userName": "bjensen@example.com", "displayName": "Barbara Jensen", "title": "Tour Guide",
        "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "emails": [{"value": "bjensen@example.com", "type": "work"}, {"value": "b@jensen.org", "type": "home"}]
    })");
    EXPECT_LT(steps_to_match(joined(R"(title co "x#")", " or ", 64), document), 10'000U);
    EXPECT_LT(steps_to_match(joined(R"(emails[type eq "work" and value co "x#"])", " or ", 30), document),
            10'000U);
}

// ---- PATCH ----

json::object user_with_numbers(int count, std::size_t bytes) {
    json::array numbers;
    for (int i = 0; i < count; ++i)
        numbers.push_back(json::object{{"value", std::to_string(i) + std::string(bytes, 'A')}});
    json::object made{{"userName", "a"}, {"phoneNumbers", std::move(numbers)}};
    EXPECT_TRUE(normalize(made, samples::user(), unlimited_work()));
    return made;
}

json::object operations(const json::object& operation, int count) {
    json::array all;
    for (int i = 0; i < count; ++i)
        all.push_back(operation);
    return {{"Operations", std::move(all)}};
}

json::object removal(int terms) {
    return {{"op", "remove"}, {"path", "phoneNumbers[" + joined(R"(value ew "z#")", " or ", terms) + "]"}};
}

std::uint64_t steps_to_apply(const json::object& body, const json::object& document) {
    const auto change = parse_patch(body, samples::user(), conformance_mode::compat, unlimited_work());
    EXPECT_TRUE(change);
    work_budget work(plenty);
    EXPECT_TRUE(apply(*change, document, samples::user(), work));
    return work.used();
}

TEST(work_of_patches, is_the_product_of_operations_values_and_terms) {
    const auto document = user_with_numbers(100, 10);
    const auto few = steps_to_apply(operations(removal(1), 10), document);
    EXPECT_GE(steps_to_apply(operations(removal(1), 1'000), document), 50 * few);
    EXPECT_GE(steps_to_apply(operations(removal(64), 10), document), 2 * few);
    EXPECT_GE(steps_to_apply(operations(removal(1), 10), user_with_numbers(1'000, 10)), 5 * few);
    EXPECT_GE(steps_to_apply(operations(removal(1), 10), user_with_numbers(100, 1'000)), 5 * few);
}

TEST(work_of_patches, ends_at_the_limit_and_leaves_the_document) {
    const auto document = user_with_numbers(1'000, 900);
    const auto before = document;
    const auto change = parse_patch(
            operations(removal(64), 1'000), samples::user(), conformance_mode::compat, unlimited_work());
    ASSERT_TRUE(change);
    work_budget work(20'000'000);
    EXPECT_THROW(apply(*change, document, samples::user(), work), work_limit_exceeded);
    EXPECT_LT(work.used(), 25'000'000U);
    EXPECT_EQ(document, before);
}

TEST(work_of_patches, is_charged_for_comparing_values) {
    const auto document = user_with_numbers(900, 100);
    const json::object addition{
            {"op", "add"}, {"path", "phoneNumbers"}, {"value", json::array{json::object{{"value", "1"}}}}};
    EXPECT_GE(steps_to_apply(operations(addition, 10), document), 10U * 900 * 100);
    const json::object listed{
            {"op", "remove"}, {"path", "phoneNumbers"}, {"value", json::array{json::object{{"value", "x"}}}}};
    EXPECT_GE(steps_to_apply(operations(listed, 10), document), 10U * 900 * 100);
}

TEST(work_of_patches, a_value_is_copied_into_no_more_than_a_document_may_hold) {
    const auto document = user_with_numbers(1'000, 1);
    const auto replaced = [&](std::size_t bytes) {
        const json::object operation{{"op", "replace"}, {"path", R"(phoneNumbers[value pr].display)"},
                {"value", std::string(bytes, 'x')}};
        const auto change = parse_patch(
                operations(operation, 1), samples::user(), conformance_mode::compat, unlimited_work());
        return apply(change.value(), document, samples::user(), unlimited_work());
    };
    EXPECT_TRUE(replaced(30'000));
    const auto refused = replaced(40'000);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::too_large);
    EXPECT_EQ(refused.error().detail,
            "Operations[0]: The value is too large for all elements of phoneNumbers.");
}

TEST(work_of_patches, is_charged_for_paths_that_are_names) {
    json::object attributes;
    for (int i = 0; i < 1'000; ++i)
        attributes["unknown" + std::to_string(i)] = 1;
    const json::object body = operations({{"op", "replace"}, {"value", attributes}}, 1);
    work_budget work(plenty);
    EXPECT_TRUE(parse_patch(body, samples::user(), conformance_mode::compat, work));
    EXPECT_GE(work.used(), 1'000U * 10 * 50);
    work_budget small(100'000);
    EXPECT_THROW(parse_patch(quirks::rewrite_patch(body, samples::user(), small), samples::user(),
                         conformance_mode::compat, small),
            work_limit_exceeded);
}

// ---- bodies ----

TEST(work_of_bodies, is_proportional_to_their_size) {
    const auto steps = [](int count) {
        json::array numbers;
        for (int i = 0; i < count; ++i)
            numbers.push_back(json::object{{"value", std::to_string(i) + std::string(500, 'A')}});
        const json::object body{{"userName", "a"}, {"phoneNumbers", std::move(numbers)}};
        work_budget work(plenty);
        EXPECT_TRUE(read_body(body, samples::user(), work));
        return work.used();
    };
    EXPECT_GE(steps(100), 100U * 500);
    EXPECT_LT(steps(1'000), 11 * steps(100));
}

TEST(work_of_bodies, counts_the_values_of_json) {
    std::string text = R"({"a":[)" + joined("[]", ",", 1'000) + "]}";
    work_budget work(plenty);
    ASSERT_TRUE(parse_json_object(text, work));
    EXPECT_GE(work.used(), text.size() + 1'000 * 10);
    work_budget small(10'000);
    EXPECT_THROW(static_cast<void>(parse_json_object(text, small)), work_limit_exceeded);
}

}  // namespace
}  // namespace scimd::scim
