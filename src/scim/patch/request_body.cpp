#include "scim/patch/request_body.hpp"

#include "scim/patch/quirks.hpp"
#include "scim/patch/strict.hpp"

#include <utility>

namespace scimd::scim {

result<parsed_body> read_resource(
        json::object body, const resource_type& type, conformance_mode mode, work_budget& work) {
    if (mode != conformance_mode::strict)
        return read_body(quirks::rewrite_resource(std::move(body), type, work), type, work);
    if (auto checked = strict::check_resource(body, type, work); !checked)
        return checked.error();
    return read_body(body, type, work);
}

result<patch> read_patch(
        json::object body, const resource_type& type, conformance_mode mode, work_budget& work) {
    if (mode != conformance_mode::strict)
        return parse_patch(quirks::rewrite_patch(std::move(body), type, work), type, mode, work);
    if (auto checked = strict::check_patch(body, type, work); !checked)
        return checked.error();
    return parse_patch(body, type, mode, work);
}

}  // namespace scimd::scim
