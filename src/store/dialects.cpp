#include "store/dialects.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::dialects {

namespace {

constexpr sql::statement update_mode{
    "directories.set_mode",
    "update directories set scim_mode = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_unique_group_names{
    "directories.set_unique_group_names",
    "update directories set unique_group_names = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_unknown_members{
    "directories.set_unknown_members",
    "update directories set unknown_members = $2, updated_at = $3 where id = $1",
};

constexpr sql::statement update_patch_status{
    "directories.set_patch_status",
    "update directories set patch_status = $2, updated_at = $3 where id = $1",
};

// What clients show of themselves is no change that anybody made: updated_at stays.
constexpr sql::statement update_detected{
    "directories.set_detected",
    "update directories set detected_provider = $2, detected_by = $3, detected_surely = $4,"
    " detected_at = $5 where id = $1",
};

constexpr sql::statement find_equal_names{
    "resources.find_equal_group_names",
    "select display_key from resources where directory_id = $1 and type = 'Group'"
    " group by display_key having count(*) > 1 limit 1",
};

// Groups made while names were free have no unique key.
constexpr sql::statement fill_unique_keys{
    "resources.fill_unique_group_keys",
    "update resources set unique_key = display_key"
    " where directory_id = $1 and type = 'Group' and unique_key is distinct from display_key",
};

}  // namespace

void set_mode(transaction& tx, directory_id where, tenants::scim_mode mode)
{
    const std::string_view word = mode == tenants::scim_mode::strict ? "strict" : "compat";
    tx.sql().run(update_mode, {where.value, word, to_column(tx.now())});
}

bool set_unique_group_names(transaction& tx, directory_id where, bool are_unique)
{
    if (are_unique) {
        if (sql::exists(tx, find_equal_names, {where.value}))
            return false;
        tx.sql().run(fill_unique_keys, {where.value});
    }
    tx.sql().run(update_unique_group_names, {where.value, std::int64_t{are_unique}, to_column(tx.now())});
    return true;
}

void set_unknown_members(transaction& tx, directory_id where, tenants::unknown_members what)
{
    const std::string_view word = what == tenants::unknown_members::ignore ? "ignore" : "refuse";
    tx.sql().run(update_unknown_members, {where.value, word, to_column(tx.now())});
}

void set_patch_status(transaction& tx, directory_id where, int status)
{
    tx.sql().run(update_patch_status, {where.value, std::int64_t{status}, to_column(tx.now())});
}

void set_detected(transaction& tx, directory_id where, const tenants::detection& what)
{
    tx.sql().run(
        update_detected,
        {where.value, what.provider, what.by, std::int64_t{what.is_certain}, to_column(what.at)}
    );
}

}  // namespace scimd::store::dialects
