#include "service/groups/nested_groups.hpp"

#include <cstdint>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// The parent groups of groups, loaded on demand and shared by all users of a page.
class group_closure {
public:
    group_closure(store::transaction& tx, directory_id directory, std::size_t links_max)
            : tx_(tx), directory_(directory), links_left_(links_max) {}

    // Loads the parents of groups; false when the limit of links is reached.
    bool load_parents(const std::set<resource_id>& groups) {
        std::vector<resource_id> unknown;
        for (const auto group : groups)
            if (parents_.try_emplace(group.value).second)
                unknown.push_back(group);
        resources::groups_of_each(
                tx_, directory_, unknown, [this](resource_id child, const resources::membership& parent) {
                    if (links_left_ == 0)
                        return is_complete_ = false;
                    --links_left_;
                    parents_.at(child.value).push_back(parent);
                    return true;
                });
        return is_complete_;
    }

    [[nodiscard]] const std::vector<resources::membership>& parents_of(resource_id group) const {
        return parents_.at(group.value);
    }

private:
    store::transaction& tx_;
    directory_id directory_;
    std::size_t links_left_;
    bool is_complete_ = true;
    std::unordered_map<std::int64_t, std::vector<resources::membership>> parents_;
};

// The breadth-first search from the direct groups of one user upwards.
class ancestor_search {
public:
    explicit ancestor_search(std::vector<group_link>& found) : found_(&found) {
        for (const auto& link : found)
            visit(link.group.group);
    }

    // The groups reached last; their parents are the next level.
    [[nodiscard]] const std::vector<resource_id>& level() const noexcept { return level_; }

    void ascend(const group_closure& closure) {
        std::map<resource_id, const resources::membership*> above;
        for (const auto group : std::exchange(level_, {}))
            for (const auto& parent : closure.parents_of(group))
                above.emplace(parent.group, &parent);
        for (const auto& [group, membership] : above) {
            if (indirect_ == indirect_groups_max)
                return;
            if (!visit(group))
                continue;
            found_->push_back({*membership, false});
            ++indirect_;
        }
    }

private:
    // False: visited before.
    bool visit(resource_id group) {
        if (!seen_.insert(group.value).second)
            return false;
        level_.push_back(group);
        return true;
    }

    std::vector<group_link>* found_;
    std::unordered_set<std::int64_t> seen_;
    std::vector<resource_id> level_;
    std::size_t indirect_ = 0;
};

}  // namespace

group_links groups_of_users(store::transaction& tx, directory_id directory,
        const std::vector<resource_id>& users, std::size_t links_max) {
    group_links links;
    std::size_t left = links_max;
    resources::groups_of_each(tx, directory, users, [&](resource_id user, const resources::membership& of) {
        if (left == 0)
            return links.is_complete = false;
        --left;
        links.of[user].push_back({of, true});
        return true;
    });
    std::vector<ancestor_search> searches;
    searches.reserve(links.of.size());
    for (auto& [user, found] : links.of)
        searches.emplace_back(found);

    group_closure closure(tx, directory, left);
    for (std::size_t depth = 0; links.is_complete && depth < nested_levels_max; ++depth) {
        std::set<resource_id> level;
        for (const auto& each : searches)
            level.insert(each.level().begin(), each.level().end());
        if (level.empty())
            break;
        links.is_complete = closure.load_parents(level);
        for (auto& each : searches)
            each.ascend(closure);
    }
    return links;
}

}  // namespace scimd::service
