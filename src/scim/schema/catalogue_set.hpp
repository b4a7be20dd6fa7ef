// The schemas of all directories: everything there is and, for each distinct choice of a directory, a
// catalogue of what it has, built once and kept as long as the set. Any thread.
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

// Distinct choices that directories may be given while the process lives.
constexpr std::size_t schema_choices_max = 4'096;

// The URNs of the optional schemas that a directory has (catalogue::choices), separated by spaces, in the
// order of the catalogue. Empty text: none of them; no choice at all: every schema there is and will be.
using schema_choice = std::optional<std::string>;

class catalogue_set {
public:
    explicit catalogue_set(catalogue all) : all_(std::move(all)) {}
    catalogue_set(const catalogue_set&) = delete;
    catalogue_set& operator=(const catalogue_set&) = delete;

    [[nodiscard]] const catalogue& all() const noexcept { return all_; }

    // What a directory of that choice has. URNs that no schema has any more are passed over.
    [[nodiscard]] const catalogue& of(const schema_choice& choice) const;

    // A choice from what was asked for. invalid_value: a URN that cannot be chosen; conflict: the limit.
    [[nodiscard]] result<std::string> choose(std::span<const std::string> urns) const;

private:
    const catalogue all_;
    mutable std::shared_mutex lock_;
    mutable std::map<std::string, catalogue, std::less<>> chosen_;  // whose pointers stay valid
};

// The URNs of a choice.
std::vector<std::string> urns_of(std::string_view choice);

}  // namespace scimd::scim
