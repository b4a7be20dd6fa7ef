#include <base/error.hpp> // IWYU pragma: associated
