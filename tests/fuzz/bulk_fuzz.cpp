// A bulk request that parses has a plan in which each operation stands once and behind what it refers to, and
// resolving its references leaves none.
#include "scim/messages/bulk.hpp"
#include "scim/messages/bulk_plan.hpp"
#include "scim/messages/bulk_reference.hpp"
#include "scim/sample_types.hpp"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace scimd::scim;

void check_plan(const bulk_request& request) {
    std::map<std::string, std::size_t> unit_of;  // of each bulkId that a POST has
    std::set<std::size_t> done;
    const auto plan = plan_bulk(request);
    for (std::size_t unit = 0; unit < plan.size(); ++unit)
        for (const auto index : plan[unit].operations) {
            if (!done.insert(index).second)
                std::abort();
            if (const auto& one = request.operations[index]; one.method == "POST")
                unit_of.emplace(one.bulk_id, unit);
        }
    if (done.size() != request.operations.size())
        std::abort();
    for (std::size_t unit = 0; unit < plan.size(); ++unit)
        for (const auto index : plan[unit].operations) {
            const auto& wanted = request.operations[index].wanted;
            if (!wanted)
                continue;
            for (const auto& reference : wanted->references) {
                const auto awaited = unit_of.at(reference);
                const bool is_there = plan[unit].is_circle ? awaited <= unit : awaited < unit;
                if (!is_there)
                    std::abort();
            }
        }
}

void check_references(const bulk_request& request) {
    for (const auto& one : request.operations) {
        if (!one.wanted)
            continue;
        auto resolved = *one.wanted;
        resolved.id = "1";
        resolved.data =
                resolve_references(*one.wanted, [](const auto&) { return std::optional<std::string>("1"); });
        if (!references_of(resolved).empty())
            std::abort();
        resolved.data =
                resolve_references(*one.wanted, [](const auto&) { return std::optional<std::string>(); });
        if (!references_of(resolved).empty())
            std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = scimd::parse_json_object({reinterpret_cast<const char*>(data), size});
    if (!body)
        return 0;
    const auto request = parse_bulk(*body, samples::standard(), "too large");
    if (!request)
        return 0;
    check_plan(*request);
    check_references(*request);
    return 0;
}
