#include <base/log.hpp> // IWYU pragma: associated
