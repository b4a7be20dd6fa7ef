// Requests as they may be kept for people who look for a fault: their shape, without anybody's data. Pure.
//
// What is not known to be harmless is masked: values become "***", of e-mail addresses the domain stays.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::service {

constexpr std::size_t masked_bytes_max = 4'096;  // of a body that is kept

// Names, booleans, schema URNs, operations, paths and our own ids stay. Long lists are cut. What is no JSON,
// or stays too large, is described instead.
std::string mask_body(std::string_view text);

// Parameters of SCIM with their values, of filters all but the literals; others without.
std::string mask_query(const std::vector<std::pair<std::string, std::string>>& query);

// An attribute's path, or that of a resource: what stands between quotes, or is no id of ours, becomes "***".
std::string mask_path(std::string_view text);

// The detail of an error: what stands between quotes, what looks like an address or a path, and the id that
// was asked for, unless it is one of ours, become "***".
std::string mask_detail(std::string_view text, std::string_view id = {});

// An id as it stands in a path: "***" when it is none of ours.
std::string mask_id(std::string_view text);

}  // namespace scimd::service
