#include "scim/unique.hpp"
#include "service/listing.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace scimd::service {
namespace {

bool is_point(const scim::filter& where, const scim::resource_type& type);

struct point_finder {
    const scim::resource_type& type;

    bool operator()(const scim::comparison& term) const
    {
        constexpr std::array indexed = {"userName", "externalId", "id", "displayName", "emails"};
        if (term.op != scim::operation::eq || std::holds_alternative<scim::null_literal>(term.value))
            return false;
        // An attribute that the type lacks equals nothing: there is nothing to look up.
        if (!scim::belongs(term.attribute, type))
            return true;
        // What its schema says is unique has an index, whatever it is.
        if (scim::is_unique(term.attribute, type))
            return true;
        return !term.attribute.extension &&
               std::ranges::find(indexed, term.attribute.attribute->name) != indexed.end();
    }
    bool operator()(const scim::conjunction& all) const
    {
        return std::ranges::any_of(all.terms, [this](const auto& term) { return is_point(term, type); });
    }
    bool operator()(const scim::value_filter& one) const
    {
        return one.attribute.attribute->name == "emails" && value_is_pinned(*one.condition);
    }
    template <class Other>
    bool operator()(const Other&) const
    {
        return false;
    }

private:
    static bool value_is_pinned(const scim::filter& condition)
    {
        if (const auto* all = std::get_if<scim::conjunction>(&condition.node))
            return std::ranges::any_of(all->terms, value_is_pinned);
        const auto* term = std::get_if<scim::comparison>(&condition.node);
        return term && term->op == scim::operation::eq && term->attribute.leaf().name == "value";
    }
};

bool is_point(const scim::filter& where, const scim::resource_type& type)
{
    return std::visit(point_finder{type}, where.node);
}

}  // namespace

store::intent intent_of(const scim::list_query& query)
{
    const bool is_look_up = std::ranges::all_of(query.parts, [](const scim::type_query& part) {
        return part.where && is_point(*part.where, *part.type);
    });
    return is_look_up ? store::intent::read : store::intent::scan;
}

}  // namespace scimd::service
