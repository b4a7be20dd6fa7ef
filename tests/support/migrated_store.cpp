#include "support/migrated_store.hpp"

namespace scimd::test {

void put_migrated_store(const std::filesystem::path& file) {
    std::filesystem::copy_file(SCIMD_MIGRATED_STORE, file);
    std::filesystem::permissions(
            file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace scimd::test
