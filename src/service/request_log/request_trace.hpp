// A trace of what one request does in its directory, collected while it is handled: input of the request log
// and of the list of refused users. Each request has its own; used by one thread at a time.
#pragma once

#include "base/json/json.hpp"
#include "scim/ignored_attributes.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace scimd::service {

// How identity providers identify a user. Either may be empty.
struct person {
    std::string external_id;
    std::string user_name;
    friend bool operator==(const person&, const person&) = default;
};

// The identifiers in a user document, as sent or as stored.
person person_in(const json::object& user);

// The key of a person in the list of refused users: externalId, so that a changed userName is no new person,
// or else userName. Empty: the person cannot be identified.
std::string subject_of(const person& user);

// A resource that was created, updated or deleted.
struct change_record {
    std::string action;                   // "created", "updated", "deleted"
    std::string id;                       // of the resource
    std::vector<std::string> attributes;  // changed by an update
    person user{};                        // that was created or updated; empty for other types
};

// A user for whom an operation of a bulk request has failed, or part of a request was skipped.
struct refusal_record {
    person user{};
    std::string resource_id;  // empty for a user that does not exist yet
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
    scim::ignored_names ignored;  // values without effect
    bool is_recorded = false;     // the refusal has been recorded already
    std::string body;             // as received; empty when larger than the limit, or not read

    void add(change_record change) {
        ++total_changes;
        if (changes.size() < changes_kept_max)
            changes.push_back(std::move(change));
    }
    void add(refusal_record refusal) {
        if (refusals.size() < refusals_kept_max)
            refusals.push_back(std::move(refusal));
    }
    // For a refusal that is found each time that a change is prepared, but is to be listed once.
    void add_once(refusal_record refusal) {
        if (std::ranges::find(refusals, refusal) == refusals.end())
            add(std::move(refusal));
    }

    // A position to rewind to when a transaction is repeated or rolled back.
    struct mark {
        std::size_t changes = 0;
        std::size_t total_changes = 0;
        std::size_t refusals = 0;
        std::size_t ignored = 0;
        bool is_recorded = false;
    };
    [[nodiscard]] mark here() const noexcept {
        return {changes.size(), total_changes, refusals.size(), ignored.rows().size(), is_recorded};
    }
    void rewind(const mark& to) {
        changes.resize(to.changes);
        total_changes = to.total_changes;
        refusals.resize(to.refusals);
        ignored.resize(to.ignored);
        is_recorded = to.is_recorded;
    }
};

// Names of the attributes in which two documents of a resource differ, at most attributes_kept_max. Names of
// extensions include the URN.
std::vector<std::string> changed_attributes(const json::object& before, const json::object& after);

}  // namespace scimd::service
