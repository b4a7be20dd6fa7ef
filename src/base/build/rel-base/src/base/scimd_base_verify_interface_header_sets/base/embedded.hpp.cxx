#include <base/embedded.hpp> // IWYU pragma: associated
