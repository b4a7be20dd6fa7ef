#include "api/management/directory_schemas.hpp"

#include "scim/schema/schema_loader.hpp"

#include <string>
#include <vector>

namespace scimd::api {

result<std::optional<scim::schema_choice>> read_schema_choice(
    const json::object& body, const scim::catalogue_set& schemas
)
{
    using found = std::optional<scim::schema_choice>;
    const auto* value = find(body, "schemas");
    if (!value)
        return found();
    if (value->is_null())
        return found(scim::schema_choice());
    const error no_list{errc::invalid_value, "schemas must be null or a list of the URNs of schemas."};
    const auto* listed = value->if_array();
    if (!listed || listed->size() > scim::schemas_max)
        return no_list;
    std::vector<std::string> urns;
    for (const auto& urn : *listed) {
        if (!urn.is_string())
            return no_list;
        urns.emplace_back(urn.get_string());
    }
    auto choice = schemas.choose(urns);
    if (!choice)
        return error{choice.error().code, "schemas: " + choice.error().detail};
    return found(scim::schema_choice(std::move(*choice)));
}

json::value schemas_of(const scim::schema_choice& choice)
{
    if (!choice)
        return nullptr;
    json::array urns;
    for (const auto& urn : scim::urns_of(*choice))
        urns.emplace_back(urn);
    return urns;
}

}  // namespace scimd::api
