// Domain review: existing users are listed, but not changed, when their domain gets another owner.
#include "service/domains/domain_review.hpp"

#include "service/groups/membership_jobs.hpp"
#include "store/refusals.hpp"
#include "store/resources.hpp"
#include "support/api_fixture.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class domain_review_test : public testing::Test {
protected:
    domain_review_test() : victim(fixture.make_organization("Victim")) {}

    std::string make(std::string_view name, std::string_view primary, std::string_view second = "") {
        auto text = R"({"userName":")" + std::string(name) + R"(","emails":[{"primary":true,"value":")" +
                    std::string(primary) + R"("})";
        if (!second.empty())
            text += R"(,{"value":")" + std::string(second) + R"("})";
        const auto made = fixture.scim("POST", "/Users", text + "]}");
        EXPECT_EQ(made.status, 201) << made.text;
        return made.text_of("id");
    }

    json::array refusals(std::string_view status = "open") {
        return fixture
                .operate("GET", directory_path() + "/refusals?page_size=1000&status=" + std::string(status))
                .body.at("refusals")
                .as_array();
    }

    // "userName reason address user_id" of each entry, the newest first.
    texts listed() {
        texts lines;
        for (const auto& one : refusals()) {
            std::string line;
            for (const auto* member : {"preferred_username", "reason", "address", "user_id"})
                line += (line.empty() ? "" : " ") + std::string(one.at(member).as_string());
            lines.push_back(line);
        }
        return lines;
    }

    void set(std::string_view settings) {
        ASSERT_EQ(fixture.operate("PATCH", directory_path(), settings).status, 200);
    }

    void end_domain(std::string_view owner, std::string_view id) {
        const auto path = "/api/v1/organizations/" + std::string(owner) + "/domains/" + std::string(id);
        ASSERT_EQ(fixture.operate("DELETE", path).status, 200);
    }

    // Runs one step of the job. False: there was nothing to do.
    bool step() {
        std::optional<service::review_step> found;
        store::run(*fixture.database, store::intent::scan, [&](store::transaction& tx) {
            found = service::find_review_step(tx, fixture.server.environment, fixture.schemas);
            return store::verdict::commit;
        });
        if (!found)
            return false;
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            service::apply_review_step(tx, fixture.server.environment, fixture.schemas, *found);
            return store::verdict::commit;
        });
        return true;
    }

    [[nodiscard]] std::string directory_path() const {
        return "/api/v1/organizations/-/directories/" + fixture.directory;
    }

    test::api_fixture fixture;
    std::string victim;
};

TEST_F(domain_review_test, verifying_a_domain_lists_users_of_other_organizations_and_holds_none) {
    const auto ann = make("ann@Victim.com", "ann@acme.com");
    const auto bob = make("bob", "bob@acme.com", "b@x.victim.com");
    make("eva", "eva@acme.com", "eva@notvictim.com");
    make("mia", "mia@acme.com");
    const auto events = fixture.events().size();
    const auto domain = fixture.make_domain(victim, "victim.com");
    fixture.work_off();
    EXPECT_EQ(listed(), texts{"ann@Victim.com domain_owned_elsewhere ann@Victim.com " + ann});
    const auto first = refusals()[0];
    EXPECT_EQ(first.at("domain").as_string(), "victim.com");
    EXPECT_EQ(first.at("count").as_int64(), 1);
    EXPECT_EQ(fixture.events().size(), events + 1) << "nothing but the domain's own event";
    EXPECT_EQ(fixture.scim("GET", "/Users/" + ann).status, 200);
    EXPECT_EQ(fixture.operate("GET", directory_path() + "/held-users").body.at("total_size").as_int64(), 0);

    // A domain that covers its subdomains.
    end_domain(victim, domain);
    fixture.work_off();
    EXPECT_EQ(listed(), texts());
    EXPECT_EQ(refusals("resolved").size(), 1U);
    const auto path = "/api/v1/organizations/" + victim + "/domains";
    EXPECT_EQ(
            fixture.operate("POST", path, R"({"domain":"victim.com","covers_subdomains":true})").status, 201);
    fixture.work_off();
    EXPECT_EQ(listed(), (texts{"bob domain_owned_elsewhere b@x.victim.com " + bob,
                                "ann@Victim.com domain_owned_elsewhere ann@Victim.com " + ann}));
}

TEST_F(domain_review_test, an_entry_stays_until_the_address_or_its_owner_is_gone) {
    const auto ann = make("ann@victim.com", "ann@acme.com");
    const auto bob = make("bob@victim.com", "bob@acme.com");
    const auto eva = make("eva@victim.com", "eva@acme.com");
    fixture.make_domain(victim, "victim.com");
    fixture.work_off();
    EXPECT_EQ(listed().size(), 3U);
    // An unrelated change resolves no entry, neither at once nor when its line is written to the request log.
    EXPECT_EQ(fixture.patch("/Users/" + ann, R"([{"op":"replace","path":"title","value":"x"}])").status, 200);
    fixture.write_log();
    EXPECT_EQ(listed().size(), 3U);
    EXPECT_EQ(fixture.patch("/Users/" + ann, R"([{"op":"replace","path":"userName","value":"ann"}])").status,
            200);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + bob).status, 204);
    EXPECT_EQ(listed(), texts{"eva@victim.com domain_owned_elsewhere eva@victim.com " + eva});
    // A second review keeps the entry.
    set(R"({"domain_gate_scope":"all"})");
    fixture.work_off();
    EXPECT_EQ(listed().size(), 1U);
    EXPECT_EQ(refusals()[0].at("count").as_int64(), 1);
}

TEST_F(domain_review_test, an_entry_ends_when_its_user_is_deleted_in_any_way) {
    const auto ann = make("ann@victim.com", "ann@acme.com");
    const auto bob = make("bob@victim.com", "bob@acme.com");
    const auto eva = make("eva@victim.com", "eva@acme.com");
    fixture.make_domain(victim, "victim.com");
    fixture.work_off();
    EXPECT_EQ(listed().size(), 3U);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + ann).status, 204);
    EXPECT_EQ(listed().size(), 2U);
    const auto bulk = R"({"Operations":[{"method":"DELETE","path":"/Users/)" + bob + R"("}]})";
    EXPECT_EQ(fixture.scim("POST", "/Bulk", bulk).status, 200);
    EXPECT_EQ(listed(), texts{"eva@victim.com domain_owned_elsewhere eva@victim.com " + eva});
    // The user is in more groups than one transaction removes.
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        const auto where = directory_id::parse(fixture.directory).value();
        for (std::size_t i = 0; i <= service::membership_jobs::groups_at_once_max; ++i) {
            const auto name = std::to_string(i);
            const auto group = store::resources::insert(
                    tx, where, "Group", R"({"displayName":")" + name + "\"}", {.unique_key = name});
            test::write_members(tx, where, group->id, {test::number_in(eva)});
        }
        return store::verdict::commit;
    });
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + eva).status, 204);
    EXPECT_EQ(listed(), texts());
    EXPECT_EQ(refusals("resolved").size(), 3U);
}

// The entry of a deleted user is an ordinary refusal, no longer one of a stored address.
TEST_F(domain_review_test, a_refusal_after_the_deletion_of_a_user_is_resolved_as_any_other) {
    const auto create = [&](const std::string& name) {
        const auto body = R"({"externalId":"a1","userName":")" + name +
                          R"(","emails":[{"primary":true,"value":"ann@acme.com"}]})";
        return fixture.scim("POST", "/Users", body);
    };
    const auto ann = create("ann@victim.com").text_of("id");
    fixture.make_domain(victim, "victim.com");
    fixture.work_off();
    EXPECT_EQ(listed().size(), 1U);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + ann).status, 204);
    EXPECT_EQ(listed(), texts());
    EXPECT_EQ(create("ann@victim.com").status, 400);
    EXPECT_EQ(listed(), texts{"ann@victim.com domain_owned_elsewhere ann@victim.com "});
    EXPECT_EQ(create("ann").status, 201);
    EXPECT_EQ(refusals(), json::array());
}

TEST_F(domain_review_test, domain_gate_settings_apply_to_existing_users) {
    const auto ann = make("ann@home.com", "ann@acme.com");
    set(R"({"domain_gate_scope":"all"})");
    fixture.work_off();
    EXPECT_EQ(listed(), texts{"ann@home.com domain_not_verified ann@home.com " + ann});
    set(R"({"domain_gate_scope":"primary"})");
    fixture.work_off();
    EXPECT_EQ(listed(), texts());
    set(R"({"domain_policy":"off"})");
    const auto eve = make("eve", "eve@evil.test");
    fixture.work_off();
    EXPECT_EQ(listed(), texts());
    set(R"({"domain_policy":"reject"})");
    fixture.work_off();
    EXPECT_EQ(listed(), texts{"eve domain_not_verified eve@evil.test " + eve});
    // A domain of the organization itself resolves the entry.
    fixture.make_domain(fixture.organization, "evil.test");
    fixture.work_off();
    EXPECT_EQ(listed(), texts());
}

TEST_F(domain_review_test, the_policy_off_still_lists_users_with_the_domain_of_another_organization) {
    set(R"({"domain_policy":"off"})");
    const auto eve = make("eve", "eve@victim.com");
    make("mia", "mia@unclaimed.com");
    fixture.make_domain(victim, "victim.com");
    fixture.work_off();
    EXPECT_EQ(listed(), texts{"eve domain_owned_elsewhere eve@victim.com " + eve});
}

TEST_F(domain_review_test, internationalized_names_are_found) {
    const auto ann =
            make("ann@b\xc3\xbc"
                 "cher.com",
                    "ann@acme.com");
    const auto bob = make("bob", "bob@acme.com", "bob@XN--BCHER-KVA.com");
    fixture.make_domain(victim, "xn--bcher-kva.com");
    fixture.work_off();
    EXPECT_EQ(listed().size(), 2U);
}

TEST_F(domain_review_test, a_review_resumes_where_it_stopped) {
    fixture.make_directory(fixture.organization);
    for (int i = 0; i < 250; ++i)
        make("u" + std::to_string(i) + "@victim.com", "u" + std::to_string(i) + "@acme.com");
    fixture.work_off();
    fixture.make_domain(victim, "victim.com");
    std::vector<std::size_t> counts;
    while (step())
        counts.push_back(refusals().size());
    // The start, two full batches of findings, the rest, another directory, and the end.
    EXPECT_EQ(counts, (std::vector<std::size_t>{0, 100, 200, 250, 250, 250}));
    EXPECT_FALSE(step());
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(domain_review_test, a_step_reads_a_bounded_number_of_users) {
    set(R"({"domain_policy":"off"})");
    for (int i = 0; i < service::review_rows_max + 1; ++i)
        make("u" + std::to_string(i), i == service::review_rows_max ? "u@victim.com" : "u@unclaimed.com");
    fixture.work_off();
    fixture.make_domain(victim, "victim.com");
    EXPECT_TRUE(step());
    EXPECT_TRUE(step());
    EXPECT_TRUE(refusals().empty());
    EXPECT_TRUE(step());
    EXPECT_EQ(refusals().size(), 1U);
}

TEST_F(domain_review_test, a_step_writes_a_bounded_number_of_users) {
    for (std::size_t i = 0; i < service::review_findings_max + 1; ++i)
        make("u" + std::to_string(i), "u@acme.com", "u@victim.com");
    fixture.work_off();
    fixture.make_domain(victim, "victim.com");
    EXPECT_TRUE(step());
    EXPECT_TRUE(refusals().empty());
    EXPECT_TRUE(step());
    EXPECT_EQ(refusals().size(), service::review_findings_max);
    EXPECT_TRUE(step());
    EXPECT_EQ(refusals().size(), service::review_findings_max + 1);
}

// As many documents of that size as reach the limit.
TEST_F(domain_review_test, a_step_reads_a_bounded_number_of_bytes) {
    const auto make_large = [&](const std::string& name, std::size_t values) {
        std::string text = R"({"userName":")" + name + R"(","emails":[{"value":"a@acme.com"}],"roles":[)";
        for (std::size_t i = 0; i < values; ++i)
            text.append(i == 0 ? "" : ",")
                    .append(R"({"value":")" + std::to_string(i) + std::string(60'000, 'x') + "\"}");
        EXPECT_EQ(fixture.scim("POST", "/Users", text + "]}").status, 201);
    };
    const auto steps_to_ann = [&] {
        fixture.work_off();
        const auto domain = fixture.make_domain(victim, "victim.com");
        int steps = 0;
        while (listed().empty() && step())
            ++steps;
        end_domain(victim, domain);
        fixture.work_off();
        return steps;
    };
    static_assert(service::review_bytes_max > 17 * 61'000 && service::review_bytes_max < 18 * 60'000);
    make_large("first", 8);
    make_large("second", 8);
    const auto ann = make("ann@victim.com", "ann@acme.com");
    EXPECT_EQ(steps_to_ann(), 2) << "the beginning, and all three users";
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + ann).status, 204);
    make_large("third", 2);
    make("ann@victim.com", "ann@acme.com");
    EXPECT_EQ(steps_to_ann(), 3);
}

TEST_F(domain_review_test, the_list_of_refusals_is_bounded) {
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        const auto where = directory_id::parse(fixture.directory).value();
        for (std::int64_t i = 0; i < service::standing_refusals_max - 1; ++i)
            store::refusals::record(tx, where,
                    {.subject = "s" + std::to_string(i),
                            .reason = "domain_owned_elsewhere",
                            .user = resource_id{i + 1}},
                    tx.now());
        return store::verdict::commit;
    });
    make("ann@victim.com", "ann@acme.com");
    make("bob@victim.com", "bob@acme.com");
    fixture.make_domain(victim, "victim.com");
    fixture.work_off();
    std::int64_t open = 0;
    store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
        open = store::refusals::count_standing(tx, directory_id::parse(fixture.directory).value());
        return store::verdict::commit;
    });
    EXPECT_EQ(open, service::standing_refusals_max);
}

TEST_F(domain_review_test, a_change_during_a_review_starts_another_review) {
    make("ann@victim.com", "ann@acme.com");
    fixture.work_off();
    end_domain(victim, fixture.make_domain(victim, "victim.com"));
    EXPECT_TRUE(step());
    std::optional<service::review_step> read_before;
    store::run(*fixture.database, store::intent::scan, [&](store::transaction& tx) {
        read_before = service::find_review_step(tx, fixture.server.environment, fixture.schemas);
        return store::verdict::commit;
    });
    fixture.make_domain(victim, "victim.com");
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        service::apply_review_step(tx, fixture.server.environment, fixture.schemas, read_before.value());
        return store::verdict::commit;
    });
    EXPECT_TRUE(listed().empty());
    fixture.work_off();
    EXPECT_EQ(listed().size(), 1U);
}

TEST_F(domain_review_test, repeated_changes_of_one_domain_are_reviewed_once) {
    make("ann@victim.com", "ann@acme.com");
    while (step())
        continue;
    end_domain(victim, fixture.make_domain(victim, "victim.com"));
    end_domain(victim, fixture.make_domain(victim, "victim.com"));
    fixture.make_domain(victim, "victim.com");
    std::size_t steps = 0;
    while (step())
        ++steps;
    EXPECT_EQ(steps, 3U) << "the beginning, the one directory, and the end";
    EXPECT_EQ(listed().size(), 1U);
}

}  // namespace
}  // namespace scimd::api
