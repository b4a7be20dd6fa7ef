// Who is a member of which group: applying a client's wishes to the rows.
//
// The cost of a change is that of the members it names, never that of the group's size; only "replace all"
// and filters over members read the group.
#pragma once

#include "scim/patch/patch.hpp"
#include "scim/resource.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace scimd::service {

// Levels of groups above a group that takes in another: what the search for a cycle goes through.
constexpr std::size_t group_depth_max = 32;

// Groups above a group that takes in another, near and far.
constexpr std::size_t group_ancestors_max = 10'000;

// Groups that a user or a group may be in directly.
constexpr std::int64_t direct_groups_max = 10'000;

// The net result of one request on one group: a member that was added and removed again is in neither list.
class membership_change {
public:
    void note_added(const store::resources::member_row& who);
    void note_removed(const store::resources::member_row& who);
    void note_renamed(resource_id who);  // its display, while it is a member

    [[nodiscard]] std::vector<store::resources::member_row> added() const { return listed(true); }
    [[nodiscard]] std::vector<store::resources::member_row> removed() const { return listed(false); }
    [[nodiscard]] const std::set<resource_id>& renamed() const noexcept { return renamed_; }
    [[nodiscard]] bool is_empty() const noexcept { return renamed_.empty() && changes_.empty(); }

private:
    struct entry {
        store::resources::member_row who;
        bool is_added = false;
    };
    [[nodiscard]] std::vector<store::resources::member_row> listed(bool is_added) const;

    std::map<resource_id, entry> changes_;
    std::set<resource_id> renamed_;
};

// Applies the operations in order. invalid_value: a member that is no user or group of this directory, the
// group itself, a cycle, more than group_depth_max levels or group_ancestors_max groups above, a member that
// is in direct_groups_max groups already.
result<membership_change> apply_members(
    store::transaction& tx,
    const caller& who,
    resource_id group,
    const std::vector<scim::membership_operation>& operations
);

struct planned_member {
    resource_id id;
    std::string type{};
    std::size_t display = 0;  // among the displays of its plan
};

// What operations come to on one state of a group, which its version names: each member in one list at most,
// and each display once.
struct membership_plan {
    std::vector<std::string> displays{std::string()};  // the first is empty
    std::vector<planned_member> removed{};
    std::vector<planned_member> added{};
    std::vector<planned_member> renamed{};  // with the new display

    [[nodiscard]] std::size_t size() const noexcept { return removed.size() + added.size() + renamed.size(); }
};

// What planning takes in memory for each member that may change: its place among the changes, in the plan,
// and in the text of the plan.
constexpr std::size_t planned_member_bytes = 300;

// Looks at the members as they are and changes nothing: for a snapshot. No `group`: it is still to be
// created. Errors are those of apply_members.
result<membership_plan> plan_members(
    store::transaction& tx,
    const caller& who,
    std::optional<resource_id> group,
    const std::vector<scim::membership_operation>& operations
);

// Errors: a member that has been deleted since, or that cannot be added any more.
result<membership_change> apply_plan(
    store::transaction& tx, const caller& who, resource_id group, const membership_plan& plan
);

// Of a plan that has been accepted: leaves out such members.
membership_change apply_what_is_left(
    store::transaction& tx, const caller& who, resource_id group, const membership_plan& plan
);

// The number in "diruser_42" or "dirgroup_42"; empty when it is no id of something that can be a member.
std::optional<resource_id> parse_member_id(const caller& who, std::string_view text);

// "diruser_42" for a resource of that type; empty for a type that the directory does not have.
std::string member_id_text(const caller& who, std::string_view type, resource_id id);

}  // namespace scimd::service
