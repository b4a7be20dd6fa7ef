#include "scim/messages/bulk_plan.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include <functional>
#include <map>
#include <queue>
#include <string_view>
#include <utility>

namespace scimd::scim {
namespace {

// An edge leads from an operation to one that must be executed before it.
using graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

bool is_post(const bulk_operation& one) {
    return one.method == "POST";
}

graph dependencies_of(const std::vector<bulk_operation>& operations) {
    std::map<std::string_view, std::size_t> created;
    for (std::size_t i = 0; i < operations.size(); ++i)
        if (is_post(operations[i]) && !operations[i].bulk_id.empty())
            created.emplace(operations[i].bulk_id, i);

    graph made(operations.size());
    std::map<std::string_view, std::size_t> last_of_path;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const auto& wanted = operations[i].wanted;
        if (!wanted)
            continue;
        for (const auto& reference : wanted->references)
            boost::add_edge(i, created.at(reference), made);
        if (wanted->method == bulk_method::post)
            continue;
        const auto [place, is_first] = last_of_path.try_emplace(operations[i].path, i);
        if (!is_first)
            boost::add_edge(i, std::exchange(place->second, i), made);
    }
    return made;
}

// The dependency graph with its cycles condensed into one unit each.
struct condensed {
    std::vector<bulk_unit> units;
    std::vector<std::vector<std::size_t>> followers;  // per unit: the units that wait for it
    std::vector<std::size_t> waits;                   // per unit: the number of units for which it waits
};

condensed condense(const graph& dependencies) {
    std::vector<std::size_t> unit_of(boost::num_vertices(dependencies));
    const auto count =
            boost::strong_components(dependencies, boost::make_iterator_property_map(unit_of.begin(),
                                                           boost::get(boost::vertex_index, dependencies)));
    condensed made;
    made.units.resize(count);
    made.followers.resize(count);
    made.waits.resize(count);
    for (std::size_t i = 0; i < unit_of.size(); ++i)
        made.units[unit_of[i]].operations.push_back(i);
    for (const auto edge : boost::make_iterator_range(boost::edges(dependencies))) {
        const auto waiting = unit_of[boost::source(edge, dependencies)];
        const auto awaited = unit_of[boost::target(edge, dependencies)];
        if (waiting == awaited) {
            made.units[waiting].is_circle = true;
            continue;
        }
        made.followers[awaited].push_back(waiting);
        ++made.waits[waiting];
    }
    return made;
}

}  // namespace

std::vector<bulk_unit> plan_bulk(const bulk_request& request) {
    auto graph = condense(dependencies_of(request.operations));
    // A unit runs in the order of its last operation, or as soon as it need not wait any longer.
    using scheduled = std::pair<std::size_t, std::size_t>;
    std::priority_queue<scheduled, std::vector<scheduled>, std::greater<>> ready;
    const auto enqueue = [&](std::size_t unit) { ready.emplace(graph.units[unit].operations.back(), unit); };
    for (std::size_t unit = 0; unit < graph.units.size(); ++unit)
        if (graph.waits[unit] == 0)
            enqueue(unit);

    std::vector<bulk_unit> plan;
    plan.reserve(graph.units.size());
    while (!ready.empty()) {
        const auto unit = ready.top().second;
        ready.pop();
        for (const auto follower : graph.followers[unit])
            if (--graph.waits[follower] == 0)
                enqueue(follower);
        plan.push_back(std::move(graph.units[unit]));
    }
    return plan;
}

}  // namespace scimd::scim
