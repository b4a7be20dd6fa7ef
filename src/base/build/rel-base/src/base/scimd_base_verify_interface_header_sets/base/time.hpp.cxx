#include <base/time.hpp> // IWYU pragma: associated
