// The form in which texts of attributes that are not caseExact are compared, sorted and kept unique. Pure.
#pragma once

#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>

namespace scimd::scim {

// Folds a text (base/text.hpp) and, for names (text_format::name), removes the blanks around it.
std::string comparable_text(std::string_view text, const attribute& of, work_budget& work);

}  // namespace scimd::scim
