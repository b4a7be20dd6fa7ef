#include <base/codec.hpp> // IWYU pragma: associated
