// The members of one group as operations see and change them: the rows of the store, or a copy of them to
// plan on. One transaction.
#pragma once

#include "service/caller.hpp"
#include "store/resources.hpp"
#include "store/transaction.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

class member_table {
public:
    virtual ~member_table() = default;

    virtual bool add(const store::resources::member_row& who) = 0;   // false: was one
    virtual std::optional<std::string> remove(resource_id who) = 0;  // the display it had; nothing: was none
    virtual bool set_display(
        resource_id who, std::string_view display
    ) = 0;  // false: as it was, or no member
    [[nodiscard]] virtual bool contains(resource_id who) const = 0;

    // In the order of ids; `each` false stops.
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
    std::optional<std::string> remove(resource_id who) override;
    bool set_display(resource_id who, std::string_view display) override;
    [[nodiscard]] bool contains(resource_id who) const override;
    void each(const std::function<bool(const store::resources::member_row&)>& each) const override;
    [[nodiscard]] std::int64_t count_groups_of(resource_id member) const override;

private:
    store::transaction& tx_;
    directory_id where_;
    resource_id group_;
};

// A copy in memory. Changes stay there.
class copied_members final : public member_table {
public:
    // Of a group that is still to be created: none.
    copied_members(store::transaction& tx, directory_id where, std::optional<resource_id> group);

    bool add(const store::resources::member_row& who) override;
    std::optional<std::string> remove(resource_id who) override;
    bool set_display(resource_id who, std::string_view display) override;
    [[nodiscard]] bool contains(resource_id who) const override;
    void each(const std::function<bool(const store::resources::member_row&)>& each) const override;
    [[nodiscard]] std::int64_t count_groups_of(resource_id member) const override;

    [[nodiscard]] const store::resources::member_row* find(resource_id who) const;

private:
    store::transaction& tx_;
    directory_id where_;
    std::map<resource_id, store::resources::member_row> rows_;
};

}  // namespace scimd::service
