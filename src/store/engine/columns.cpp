#include "store/engine/columns.hpp"

#include <charconv>

namespace scimd::store {

sha256_digest read_digest(std::string_view hex) {
    sha256_digest digest{};
    if (hex.size() != 2 * digest.size())
        throw sql::failure("the database holds a digest of another length");
    for (std::size_t i = 0; i < digest.size(); ++i) {
        unsigned char byte = 0;
        const char* const end = hex.data() + 2 * i + 2;
        const auto [stop, fault] = std::from_chars(hex.data() + 2 * i, end, byte, 16);
        if (fault != std::errc() || stop != end)
            throw sql::failure("the database holds a digest that is not hexadecimal");
        digest[i] = std::byte{byte};
    }
    return digest;
}

}  // namespace scimd::store
