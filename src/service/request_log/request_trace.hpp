// What one request does in its directory, noted while it is handled: for the log of requests and the ledger
// of refused users. One request's own; used by one thread at a time.
#pragma once

#include "base/json/json.hpp"
#include "scim/ignored_attributes.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace scimd::service {

// A user as identity providers name one; either may be empty.
struct person {
    std::string external_id;
    std::string user_name;
    friend bool operator==(const person&, const person&) = default;
};

// Of a user as it was sent or as it is stored.
person person_in(const json::object& user);

// Under which it is counted: the identity provider's own id, so that a changed userName is no new person.
// Empty: nobody can say who it is.
std::string subject_of(const person& who);

struct change_record {
    std::string action;                   // "created", "updated", "deleted"
    std::string id;                       // of the resource
    std::vector<std::string> attributes;  // that an update has changed
    person who{};                         // of a user that was created or updated; else empty
};

// A user of a bulk request whose operation has failed.
struct refusal_record {
    person who{};
    std::string resource_id;  // when it is there already; else empty
    std::string reason;
    std::string detail;
    friend bool operator==(const refusal_record&, const refusal_record&) = default;
};

struct request_trace {
    static constexpr std::size_t changes_kept_max = 20;
    static constexpr std::size_t refusals_kept_max = 100;
    static constexpr std::size_t attributes_kept_max = 50;
    static constexpr std::size_t body_bytes_max = 16 * 1024;

    std::vector<change_record> changes;  // the first ones
    std::size_t total_changes = 0;
    std::vector<refusal_record> refusals;
    scim::ignored_names ignored;  // what was said without effect
    bool is_recorded = false;     // the refusal is in the ledger already
    std::string body;             // as it came; empty when it is larger, or nobody has read it

    void add(change_record what)
    {
        ++total_changes;
        if (changes.size() < changes_kept_max)
            changes.push_back(std::move(what));
    }
    void add(refusal_record what)
    {
        if (refusals.size() < refusals_kept_max)
            refusals.push_back(std::move(what));
    }
    // Noted each time that a change is prepared, and meant once.
    void add_once(refusal_record what)
    {
        if (std::ranges::find(refusals, what) == refusals.end())
            add(std::move(what));
    }

    // A work may run twice, or be undone: what it has noted goes with it.
    struct mark {
        std::size_t changes = 0;
        std::size_t total_changes = 0;
        std::size_t refusals = 0;
        std::size_t ignored = 0;
        bool is_recorded = false;
    };
    [[nodiscard]] mark here() const noexcept
    {
        return {changes.size(), total_changes, refusals.size(), ignored.rows().size(), is_recorded};
    }
    void rewind(const mark& to)
    {
        changes.resize(to.changes);
        total_changes = to.total_changes;
        refusals.resize(to.refusals);
        ignored.resize(to.ignored);
        is_recorded = to.is_recorded;
    }
};

// Names of the attributes in which two documents of a resource differ, those of extensions with their URN, at
// most attributes_kept_max.
std::vector<std::string> changed_attributes(const json::object& before, const json::object& after);

}  // namespace scimd::service
