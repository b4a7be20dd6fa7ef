#include <base/domain_name.hpp> // IWYU pragma: associated
