#include "api/request_context.hpp"

namespace scimd::api {

const std::string& request_context::parameter(std::string_view name) const
{
    static const std::string none;
    for (const auto& [key, value] : parameters)
        if (key == name)
            return value;
    return none;
}

}  // namespace scimd::api
