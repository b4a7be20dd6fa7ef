#include <base/secret.hpp> // IWYU pragma: associated
