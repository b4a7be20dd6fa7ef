// The schema catalogues of all directories: the complete one and, for each distinct set of schemas that a
// directory has chosen, a subset, built once and kept as long as this object.
#pragma once

#include "base/error.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

// Limit of distinct choices while the process lives.
constexpr std::size_t schema_choices_max = 4'096;

// URNs of the optional schemas that a directory has (catalogue::choices), separated by spaces, in the order
// of the catalogue. Empty text: none of them. No value: all schemas, present and future.
using schema_choice = std::optional<std::string>;

// The catalogues by choice. Thread-safe.
class catalogue_set {
public:
    explicit catalogue_set(catalogue all) : all_(std::move(all)) {}
    catalogue_set(const catalogue_set&) = delete;
    catalogue_set& operator=(const catalogue_set&) = delete;

    [[nodiscard]] const catalogue& all() const noexcept { return all_; }

    // Returns the catalogue of a choice. URNs of schemas that no longer exist are ignored.
    [[nodiscard]] const catalogue& of(const schema_choice& choice) const;

    // Makes a choice from requested URNs. invalid_value: a URN that cannot be chosen; conflict: the limit is
    // reached.
    [[nodiscard]] result<std::string> choose(std::span<const std::string> urns) const;

private:
    const catalogue all_;
    mutable std::shared_mutex lock_;
    mutable std::map<std::string, catalogue, std::less<>> chosen_;  // a map: pointers into it stay valid
};

// Returns the URNs of a choice.
std::vector<std::string> urns_of(std::string_view choice);

}  // namespace scimd::scim
