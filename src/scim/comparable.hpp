// The form in which texts of attributes that are not caseExact are compared, ordered and kept unique. Pure.
#pragma once

#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>

namespace scimd::scim {

// Folded (base/text), and of names (text_format::name) without the blanks around them.
std::string comparable_text(std::string_view text, const attribute& of, work_budget& work);

}  // namespace scimd::scim
