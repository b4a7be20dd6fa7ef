#include "store/stored_time.hpp"

#include "store/engine/query.hpp"

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

std::optional<time_point> stored_time(transaction& tx) {
    return sql::optional_value<time_point>(tx, select_time);
}

void store_time(transaction& tx) {
    tx.sql().run(update_time, {to_column(tx.now())});
}

}  // namespace scimd::store
