// A connection that tells what has been done on it.
#pragma once

#include "store/sql.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

// Passes statements on and notes their names, and how many rows they have written.
class noting_connection final : public store::sql::connection {
public:
    explicit noting_connection(store::sql::connection& to) : to_(to) {}

    std::int64_t run(
        const store::sql::statement& what,
        std::span<const store::sql::parameter> parameters,
        const store::sql::row_handler& each
    ) override
    {
        names.emplace_back(what.name);
        const auto changed = to_.run(what, parameters, each);
        if (changed > 0)
            written[std::string(what.name)] += changed;
        return changed;
    }

    [[nodiscard]] std::size_t count_of(std::string_view start) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(names, [&](const auto& name) {
            return name.starts_with(start);
        }));
    }

    std::vector<std::string> names;
    std::map<std::string, std::int64_t> written;  // by statement

private:
    store::sql::connection& to_;
};

}  // namespace scimd::service
