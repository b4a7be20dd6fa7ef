#include <base/clock.hpp> // IWYU pragma: associated
