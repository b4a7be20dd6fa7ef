// The queue of domain reviews: users whose addresses are checked again because the owner of a domain or the
// domain policy of a directory has changed. Triggers (schema/sql/sqlite/0023_domain_gate.sql) add rows, a
// background job takes them in order. Table domain_reviews.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scimd::store::domain_reviews {

struct review {
    std::int64_t id = 0;
    std::string name;                         // users with an address at or below this domain; empty: all
    std::optional<directory_id> directory{};  // empty: all directories
    directory_id at{};                        // progress: the current directory; 0: not started
    resource_id after{};                      // progress: the last user that was reviewed there
};
std::optional<review> next(transaction& tx);
void advance(transaction& tx, const review& to);
void finish(transaction& tx, std::int64_t id);

struct place {
    directory_id directory;
    organization_id organization;
};
// The first directory at or after `from` that is not deleted.
std::optional<place> directory_from(transaction& tx, directory_id from);

struct user {
    resource_id id;
    std::string document;
};
struct batch {
    std::vector<user> users;   // whose documents may mention the name
    resource_id last;          // of the users that were read
    bool is_complete = false;  // no user of the directory is left
};
// Reads users of a directory in the order of ids, after review::after, up to `rows_max` users or about
// `bytes_max` of documents. The batch has those whose documents mention the name; all of them when the name
// is empty or can be written differently (IDN).
batch read_users(transaction& tx, const review& by, directory_id directory, std::int64_t rows_max,
        std::size_t bytes_max);

}  // namespace scimd::store::domain_reviews
