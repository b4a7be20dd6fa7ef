#include <base/id.hpp> // IWYU pragma: associated
