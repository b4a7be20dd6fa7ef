#include "scim/request.hpp"

#include "scim/quirks.hpp"
#include "scim/strict.hpp"

#include <utility>

namespace scimd::scim {

result<incoming> read_resource(json::object body, const resource_type& type, leniency how)
{
    if (how != leniency::strict)
        return read_body(quirks::rewrite_resource(std::move(body), type), type);
    if (auto checked = strict::check_resource(body, type); !checked)
        return checked.error();
    return read_body(body, type);
}

result<patch> read_patch(json::object body, const resource_type& type, leniency how)
{
    if (how != leniency::strict)
        return parse_patch(quirks::rewrite_patch(std::move(body), type), type, how);
    if (auto checked = strict::check_patch(body, type); !checked)
        return checked.error();
    return parse_patch(body, type, how);
}

}  // namespace scimd::scim
