#include <base/random.hpp> // IWYU pragma: associated
