#include "api/management/directory_schemas.hpp"

#include <utility>

namespace scimd::api {

result<std::optional<scim::schema_choice>> read_schema_choice(
        const std::optional<std::optional<std::vector<std::string>>>& urns,
        const scim::catalogue_set& schemas) {
    using found = std::optional<scim::schema_choice>;
    if (!urns)
        return found();
    if (!*urns)
        return found(scim::schema_choice());
    auto choice = schemas.choose(**urns);
    if (!choice)
        return error{choice.error().code, "schemas: " + choice.error().detail};
    return found(scim::schema_choice(std::move(*choice)));
}

json::value schemas_of(const scim::schema_choice& choice) {
    if (!choice)
        return nullptr;
    json::array urns;
    for (const auto& urn : scim::urns_of(*choice))
        urns.emplace_back(urn);
    return urns;
}

}  // namespace scimd::api
