#include "scim/patch/request_body.hpp"

#include "scim/patch/quirks.hpp"
#include "scim/patch/strict.hpp"

#include <utility>

namespace scimd::scim {

result<incoming> read_resource(json::object body, const resource_type& type, leniency how, work_budget& work)
{
    if (how != leniency::strict)
        return read_body(quirks::rewrite_resource(std::move(body), type, work), type, work);
    if (auto checked = strict::check_resource(body, type, work); !checked)
        return checked.error();
    return read_body(body, type, work);
}

result<patch> read_patch(json::object body, const resource_type& type, leniency how, work_budget& work)
{
    if (how != leniency::strict)
        return parse_patch(quirks::rewrite_patch(std::move(body), type, work), type, how, work);
    if (auto checked = strict::check_patch(body, type, work); !checked)
        return checked.error();
    return parse_patch(body, type, how, work);
}

}  // namespace scimd::scim
