// Changes of the members of a group as requested by a client: add, remove, replace, update.
//
// The cost of a change grows with the members that the request names, not with those of the group. Only a
// replacement of all members and filters over members read the whole group.
//
// A change is applied at once (apply_members), or planned on a snapshot (plan_members) and applied later
// (apply_plan), possibly in parts (service/groups/membership_jobs.hpp).
//
// Thread contract: that of the transaction.
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

// Limits the search for a cycle when a group becomes a member: levels of groups above the containing group.
constexpr std::size_t group_depth_max = 32;

// Likewise: all groups above the containing group, on any level.
constexpr std::size_t group_ancestors_max = 10'000;

// Groups that a user or a group may be a direct member of.
constexpr std::int64_t direct_groups_max = 10'000;

// The net change of the members of one group by one request: a member that was added and removed again is in
// neither list. A value type.
class membership_change {
public:
    void note_added(const store::resources::member_row& member);
    void note_removed(const store::resources::member_row& member);
    void note_renamed(resource_id member);  // a new display of a member

    [[nodiscard]] std::vector<store::resources::member_row> added() const { return listed(true); }
    [[nodiscard]] std::vector<store::resources::member_row> removed() const { return listed(false); }
    [[nodiscard]] const std::set<resource_id>& renamed() const noexcept { return renamed_; }
    [[nodiscard]] bool is_empty() const noexcept { return renamed_.empty() && changes_.empty(); }

private:
    struct entry {
        store::resources::member_row row;
        bool is_added = false;
    };
    [[nodiscard]] std::vector<store::resources::member_row> listed(bool is_added) const;

    std::map<resource_id, entry> changes_;
    std::set<resource_id> renamed_;
};

// Applies the operations in order. invalid_value: a member that is no user or group of this directory; the
// group itself, or a cycle; more than group_depth_max levels or group_ancestors_max groups above; a member
// that is in direct_groups_max groups already. no_target: a filter matches no member where one is required.
result<membership_change> apply_members(store::transaction& tx, const caller& caller, resource_id group,
        const std::vector<scim::membership_operation>& operations);

struct planned_member {
    resource_id id;
    std::string type{};
    std::size_t display = 0;  // index into the displays of the plan
};

// The net effect of operations on one version of a group. Each member is in one list at most; each display is
// stored once. A value type.
struct membership_plan {
    std::vector<std::string> displays{std::string()};  // the first is empty
    std::vector<planned_member> removed{};
    std::vector<planned_member> added{};
    std::vector<planned_member> renamed{};  // with the new display

    [[nodiscard]] std::size_t size() const noexcept { return removed.size() + added.size() + renamed.size(); }
};

// The memory that planning takes for each member that may change: its entry among the changes, in the plan,
// and in the text of the plan.
constexpr std::size_t planned_member_bytes = 300;

// Computes a plan on a snapshot and writes nothing. Without `group` the group is still to be created. Errors
// are those of apply_members().
result<membership_plan> plan_members(store::transaction& tx, const caller& caller,
        std::optional<resource_id> group, const std::vector<scim::membership_operation>& operations);

// Applies a plan. An error when a member has been deleted meanwhile, or cannot be added any more.
result<membership_change> apply_plan(
        store::transaction& tx, const caller& caller, resource_id group, const membership_plan& plan);

// Applies a plan whose request has been answered: skips members that cannot be added any more.
membership_change apply_accepted_plan(
        store::transaction& tx, const caller& caller, resource_id group, const membership_plan& plan);

// The number in "diruser_42" or "dirgroup_42"; empty when `text` is not the id of a user or group.
std::optional<resource_id> parse_member_id(const caller& caller, std::string_view text);

// "diruser_42" for a resource of that type; empty for a type that the directory does not have.
std::string member_id_text(const caller& caller, std::string_view type, resource_id id);

}  // namespace scimd::service
