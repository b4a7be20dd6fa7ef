// The members of one group as operations read and change them, within one transaction: either the rows of the
// store, or planned changes on top of them.
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

// The set of members that operations work on. Thread contract: that of the transaction.
class member_table {
public:
    virtual ~member_table() = default;

    // Return false when nothing changes: the member is there already, or is not there, or has that display.
    virtual bool add(const store::resources::member_row& member) = 0;
    virtual bool remove(const member_key& member) = 0;
    virtual bool set_display(resource_id member, std::string_view display) = 0;

    [[nodiscard]] virtual bool contains(resource_id member) const = 0;

    // Calls `visit` with each member in the order of ids until it returns false. `visit` must not change the
    // table.
    virtual void for_each(const std::function<bool(const store::resources::member_row&)>& visit) const = 0;

    // The number of groups that a member is in directly, this group included.
    [[nodiscard]] virtual std::int64_t count_groups_of(resource_id member) const = 0;
};

// The rows of the store: each operation is written at once.
class stored_members final : public member_table {
public:
    stored_members(store::transaction& tx, directory_id directory, resource_id group)
            : tx_(tx), directory_(directory), group_(group) {}

    bool add(const store::resources::member_row& member) override;
    bool remove(const member_key& member) override;
    bool set_display(resource_id member, std::string_view display) override;
    [[nodiscard]] bool contains(resource_id member) const override;
    void for_each(const std::function<bool(const store::resources::member_row&)>& visit) const override;
    [[nodiscard]] std::int64_t count_groups_of(resource_id member) const override;

    // The changes that have been written.
    membership_change take() { return std::move(change_); }

private:
    store::transaction& tx_;
    directory_id directory_;
    resource_id group_;
    membership_change change_;
};

// The rows of the store with changes on top, which are kept in memory and not written: an id for each member
// that changes, and each display once.
class planned_members final : public member_table {
public:
    // Without `group` (still to be created) the table starts empty.
    planned_members(store::transaction& tx, directory_id directory, std::optional<resource_id> group)
            : tx_(tx), directory_(directory), group_(group) {}

    bool add(const store::resources::member_row& member) override;
    bool remove(const member_key& member) override;
    bool set_display(resource_id member, std::string_view display) override;
    [[nodiscard]] bool contains(resource_id member) const override;
    void for_each(const std::function<bool(const store::resources::member_row&)>& visit) const override;
    [[nodiscard]] std::int64_t count_groups_of(resource_id member) const override;

    // The changes to write.
    membership_plan take();

private:
    using display_index = std::map<std::string, std::size_t, std::less<>>;

    // The change of one member.
    struct entry {
        std::string type;  // set when the member is added or removed
        bool was_member = false;
        bool is_member = false;
        const display_index::value_type* display = nullptr;  // nullptr: unchanged
    };
    using entries = std::map<resource_id, entry>;

    [[nodiscard]] std::optional<std::string> stored_display(resource_id member) const;
    const display_index::value_type* share(std::string_view display);
    void set_display(entries::iterator place, std::string_view display);

    store::transaction& tx_;
    directory_id directory_;
    std::optional<resource_id> group_;
    entries entries_;
    display_index displays_;
};

}  // namespace scimd::service
