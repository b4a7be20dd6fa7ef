#include "store/domain_reviews.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::domain_reviews {
namespace {

constexpr sql::statement find_next{
        "domain_reviews.next",
        "select id, name, directory_id, at_directory, after_user from domain_reviews order by id limit 1",
};

constexpr sql::statement update_row{
        "domain_reviews.advance",
        "update domain_reviews set at_directory = $2, after_user = $3 where id = $1",
};

constexpr sql::statement delete_row{
        "domain_reviews.finish",
        "delete from domain_reviews where id = $1",
};

constexpr sql::statement find_directory{
        "domain_reviews.directory",
        "select id, organization_id from directories where id >= $1 and removed_at is null order by id limit "
        "1",
};

constexpr sql::statement list_users{
        "domain_reviews.users",
        "select id, length(cast(document as blob)), iif($3 = '' or document like $3, document, null)"
        " from resources where directory_id = $1 and type = 'User' and id > $2 order by id limit $4",
};

// LIKE ignores case only for ASCII letters, and a document may have the Unicode form of a name in A-labels:
// then no pattern is used.
std::string pattern_of(const std::string& name) {
    const bool may_be_written_otherwise = name.starts_with("xn--") || name.find(".xn--") != std::string::npos;
    return name.empty() || may_be_written_otherwise ? std::string() : "%" + name + "%";
}

}  // namespace

std::optional<review> next(transaction& tx) {
    return sql::one(tx, find_next, {}, [](const sql::row& current) {
        return review{
                .id = current.integer(0),
                .name = std::string(current.text(1)),
                .directory = read_optional<directory_id>(current, 2),
                .at = {current.integer(3)},
                .after = {current.integer(4)},
        };
    });
}

void advance(transaction& tx, const review& to) {
    tx.sql().run(update_row, {to.id, to.at.value, to.after.value});
}

void finish(transaction& tx, std::int64_t id) {
    tx.sql().run(delete_row, {id});
}

std::optional<place> directory_from(transaction& tx, directory_id from) {
    return sql::one(tx, find_directory, {from.value},
            [](const sql::row& current) { return place{{current.integer(0)}, {current.integer(1)}}; });
}

batch read_users(transaction& tx, const review& by, directory_id directory, std::int64_t rows_max,
        std::size_t bytes_max) {
    batch read;
    read.last = by.after;
    std::int64_t rows = 0;
    std::size_t bytes = 0;
    tx.sql().run(list_users, {directory.value, by.after.value, pattern_of(by.name), rows_max},
            [&](const sql::row& current) {
                ++rows;
                bytes += static_cast<std::size_t>(current.integer(1));
                read.last = {current.integer(0)};
                if (!current.is_null(2))
                    read.users.push_back({read.last, std::string(current.text(2))});
                return bytes < bytes_max;
            });
    read.is_complete = rows < rows_max && bytes < bytes_max;
    return read;
}

}  // namespace scimd::store::domain_reviews
