// The members of one group as operations see and change them: the rows of the store, or a plan of what is to
// become of them. One transaction.
#pragma once

#include "service/auth/caller.hpp"
#include "service/groups/membership.hpp"
#include "store/engine/transaction.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

// A member without its display, which may be long.
struct member_key {
    resource_id id;
    std::string type;
};

class member_table {
public:
    virtual ~member_table() = default;

    virtual bool add(const store::resources::member_row& who) = 0;  // false: was one
    virtual bool remove(const member_key& who) = 0;                 // false: was none
    virtual bool set_display(
        resource_id who, std::string_view display
    ) = 0;  // false: as it was, or no member
    [[nodiscard]] virtual bool contains(resource_id who) const = 0;

    // In the order of ids; `each` false stops, and changes nothing of the table.
    virtual void each(const std::function<bool(const store::resources::member_row&)>& each) const = 0;

    // How many groups a member is in directly, this one among them.
    [[nodiscard]] virtual std::int64_t count_groups_of(resource_id member) const = 0;
};

// The rows themselves.
class stored_members final : public member_table {
public:
    stored_members(store::transaction& tx, directory_id where, resource_id group)
        : tx_(tx), where_(where), group_(group)
    {
    }

    bool add(const store::resources::member_row& who) override;
    bool remove(const member_key& who) override;
    bool set_display(resource_id who, std::string_view display) override;
    [[nodiscard]] bool contains(resource_id who) const override;
    void each(const std::function<bool(const store::resources::member_row&)>& each) const override;
    [[nodiscard]] std::int64_t count_groups_of(resource_id member) const override;

    // What has been done.
    membership_change take() { return std::move(change_); }

private:
    store::transaction& tx_;
    directory_id where_;
    resource_id group_;
    membership_change change_;
};

// Only what differs from the rows is in memory: an id for each member that changes, and each display once.
class planned_members final : public member_table {
public:
    // Of a group that is still to be created: no rows.
    planned_members(store::transaction& tx, directory_id where, std::optional<resource_id> group)
        : tx_(tx), where_(where), group_(group)
    {
    }

    bool add(const store::resources::member_row& who) override;
    bool remove(const member_key& who) override;
    bool set_display(resource_id who, std::string_view display) override;
    [[nodiscard]] bool contains(resource_id who) const override;
    void each(const std::function<bool(const store::resources::member_row&)>& each) const override;
    [[nodiscard]] std::int64_t count_groups_of(resource_id member) const override;

    // What is to be done.
    membership_plan take();

private:
    using display_index = std::map<std::string, std::size_t, std::less<>>;

    // What becomes of one member.
    struct entry {
        std::string type;  // of one that comes or goes
        bool was_member = false;
        bool is_member = false;
        const display_index::value_type* display = nullptr;  // none: as it is
    };
    using entries = std::map<resource_id, entry>;

    [[nodiscard]] std::optional<std::string> stored_display(resource_id who) const;
    const display_index::value_type* share(std::string_view display);
    void set_display(entries::iterator place, std::string_view display);

    store::transaction& tx_;
    directory_id where_;
    std::optional<resource_id> group_;
    entries entries_;
    display_index displays_;
};

}  // namespace scimd::service
