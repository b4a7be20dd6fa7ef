#include <base/text.hpp> // IWYU pragma: associated
