#include <base/crypto.hpp> // IWYU pragma: associated
