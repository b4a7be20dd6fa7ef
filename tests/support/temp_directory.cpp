#include "support/temp_directory.hpp"

#include <cerrno>
#include <stdlib.h>  // mkdtemp is POSIX, not C++
#include <string>
#include <system_error>

namespace scimd::test {

temp_directory::temp_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "scimd-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
    path_ = name;
}

temp_directory::~temp_directory() {
    std::error_code ignored;  // a file left in /tmp does not fail the test
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace scimd::test
