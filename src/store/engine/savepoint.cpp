#include "store/engine/savepoint.hpp"

namespace scimd::store {
namespace {

constexpr sql::statement begin_part{"savepoint.begin", "savepoint part"};
constexpr sql::statement undo_part{"savepoint.undo", "rollback to part"};
constexpr sql::statement end_part{"savepoint.end", "release part"};

}  // namespace

void attempt(transaction& tx, const std::function<verdict()>& part) {
    tx.sql().run(begin_part);
    if (part() == verdict::rollback)
        tx.sql().run(undo_part);
    tx.sql().run(end_part);
}

}  // namespace scimd::store
