// Masks personal data in requests for the request log: it keeps the shape of a request for debugging. Pure.
//
// Everything that is not known to be harmless is masked: values become "***"; e-mail addresses keep their
// domain.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::service {

constexpr std::size_t masked_bytes_max = 4'096;  // of a masked body

// Keeps names, booleans, schema URNs, operations, paths and ids issued by this server; long lists are cut. A
// body that is not JSON, or still too large, is replaced by a description.
std::string mask_body(std::string_view text);

// Keeps SCIM parameters with their values, and filters without their literals; masks the values of other
// parameters.
std::string mask_query(const std::vector<std::pair<std::string, std::string>>& query);

// The path of an attribute or of a resource: quoted text and foreign ids become "***".
std::string mask_path(std::string_view text);

// The detail of an error: quoted text, words that look like an address or a path, and the requested id,
// unless this server issued it, become "***".
std::string mask_detail(std::string_view text, std::string_view id = {});

// An id in a path: "***" when it does not have the form of an id of this server.
std::string mask_id(std::string_view text);

}  // namespace scimd::service
