#include <base/json.hpp> // IWYU pragma: associated
