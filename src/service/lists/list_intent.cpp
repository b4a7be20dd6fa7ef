#include "service/lists/listing.hpp"
#include "store/filter_sql.hpp"

#include <algorithm>

namespace scimd::service {

store::intent intent_of(const scim::list_query& query)
{
    const bool is_look_up = std::ranges::all_of(query.parts, [](const scim::type_query& part) {
        return part.where && store::compile(*part.where, *part.type).is_look_up();
    });
    return is_look_up ? store::intent::read : store::intent::scan;
}

}  // namespace scimd::service
