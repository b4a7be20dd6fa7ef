#include <base/metrics.hpp> // IWYU pragma: associated
