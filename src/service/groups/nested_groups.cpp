#include "service/groups/nested_groups.hpp"

#include <cstdint>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// Which groups contain which, as far as anybody has asked.
class containment {
public:
    containment(store::transaction& tx, directory_id where, std::size_t links_max)
        : tx_(tx), where_(where), links_left_(links_max)
    {
    }

    // False: it has followed as many links as it may, and knows no more.
    bool learn(const std::set<resource_id>& groups)
    {
        std::vector<resource_id> unknown;
        for (const auto group : groups)
            if (parents_.try_emplace(group.value).second)
                unknown.push_back(group);
        resources::groups_of_each(
            tx_,
            where_,
            unknown,
            [this](resource_id child, const resources::membership& parent) {
                if (links_left_ == 0)
                    return is_complete_ = false;
                --links_left_;
                parents_.at(child.value).push_back(parent);
                return true;
            }
        );
        return is_complete_;
    }

    [[nodiscard]] const std::vector<resources::membership>& parents_of(resource_id group) const
    {
        return parents_.at(group.value);
    }

private:
    store::transaction& tx_;
    directory_id where_;
    std::size_t links_left_;
    bool is_complete_ = true;
    std::unordered_map<std::int64_t, std::vector<resources::membership>> parents_;
};

// One user's way up.
class climber {
public:
    explicit climber(std::vector<group_link>& found) : found_(&found)
    {
        for (const auto& link : found)
            note(link.group.group);
    }

    // The groups reached last: what contains them is the next level.
    [[nodiscard]] const std::vector<resource_id>& level() const noexcept { return level_; }

    void climb(const containment& known)
    {
        std::map<resource_id, const resources::membership*> above;
        for (const auto group : std::exchange(level_, {}))
            for (const auto& parent : known.parents_of(group))
                above.emplace(parent.group, &parent);
        for (const auto& [group, membership] : above) {
            if (indirect_ == indirect_groups_max)
                return;
            if (!note(group))
                continue;
            found_->push_back({*membership, false});
            ++indirect_;
        }
    }

private:
    bool note(resource_id group)
    {
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

group_links groups_of_users(
    store::transaction& tx, directory_id where, const std::vector<resource_id>& users, std::size_t links_max
)
{
    group_links links;
    std::size_t left = links_max;
    resources::groups_of_each(tx, where, users, [&](resource_id user, const resources::membership& of) {
        if (left == 0)
            return links.is_complete = false;
        --left;
        links.of[user].push_back({of, true});
        return true;
    });
    std::vector<climber> climbers;
    climbers.reserve(links.of.size());
    for (auto& [user, found] : links.of)
        climbers.emplace_back(found);

    containment known(tx, where, left);
    for (std::size_t depth = 0; links.is_complete && depth < nested_levels_max; ++depth) {
        std::set<resource_id> level;
        for (const auto& each : climbers)
            level.insert(each.level().begin(), each.level().end());
        if (level.empty())
            break;
        links.is_complete = known.learn(level);
        for (auto& each : climbers)
            each.climb(known);
    }
    return links;
}

}  // namespace scimd::service
