#include "store/stored_time.hpp"

namespace scimd::store {
namespace {

constexpr sql::statement select_time{
    "environments.stored_time",
    "select max(stored_time) from environments",
};

constexpr sql::statement update_time{
    "environments.store_time",
    "update environments set stored_time = $1",
};

}  // namespace

std::optional<time_point> stored_time(transaction& tx)
{
    std::optional<time_point> found;
    tx.sql().run(select_time, {}, [&](const sql::row& current) {
        if (!current.is_null(0))
            found = from_column(current.integer(0));
    });
    return found;
}

void store_time(transaction& tx)
{
    tx.sql().run(update_time, {to_column(tx.now())});
}

}  // namespace scimd::store
