// Users who are to be judged again because the owner of a domain, or what a directory asks of addresses, has
// changed. The schema's triggers note what is to be done; rows are worked off in their order.
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
    std::string name;                         // of users with an address there or below; empty: of all
    std::optional<directory_id> directory{};  // empty: of all
    directory_id at{};                        // where the review is; 0: it has not begun
    resource_id after{};                      // the last user there that has been looked at
};
std::optional<review> next(transaction& tx);
void advance(transaction& tx, const review& to);
void finish(transaction& tx, std::int64_t id);

struct place {
    directory_id directory;
    organization_id organization;
};
// The directory to look at, or the next one when that is gone: not before `from`, which is looked at, too.
std::optional<place> directory_from(transaction& tx, directory_id from);

struct user {
    resource_id id;
    std::string document;
};
struct batch {
    std::vector<user> users;   // whose documents mention the name
    resource_id last;          // that was looked at
    bool is_complete = false;  // there are no more of the directory
};
// Of the users of a directory in the order of ids, beginning behind `after`: up to `rows_max` or about
// `bytes_max` of documents are looked at. With an empty name, or one that documents may hold in other
// letters, all are in it.
batch read_users(
    transaction& tx, const review& by, directory_id directory, std::int64_t rows_max, std::size_t bytes_max
);

}  // namespace scimd::store::domain_reviews
