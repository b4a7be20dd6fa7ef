#include "base/crypto/secret.hpp"

#include <gtest/gtest.h>

#include <new>
#include <ostream>
#include <type_traits>

namespace scimd {
namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept comparable = requires(const T& value) { value == value; };

TEST(secret, cannot_be_copied_printed_compared_or_converted) {
    EXPECT_FALSE(std::is_copy_constructible_v<secret>);
    EXPECT_FALSE(std::is_copy_assignable_v<secret>);
    EXPECT_FALSE((std::is_convertible_v<std::string, secret>));
    EXPECT_FALSE((std::is_convertible_v<secret, std::string_view>));
    EXPECT_FALSE(printable<secret>);
    EXPECT_FALSE(comparable<secret>);
}

TEST(secret, reveals_what_it_was_given) {
    const secret key(std::string("hunter2"));
    EXPECT_EQ(key.reveal(), "hunter2");
    EXPECT_FALSE(key.empty());
    EXPECT_TRUE(secret().empty());
}

TEST(secret, is_wiped_when_moved_from) {
    for (const std::size_t size : {7U, 100U}) {  // in place and on the heap
        secret from(std::string(size, 'x'));
        secret to(std::move(from));
        EXPECT_TRUE(from.empty());
        EXPECT_EQ(to.reveal(), std::string(size, 'x'));

        secret assigned(std::string("older"));
        assigned = std::move(to);
        EXPECT_TRUE(to.empty());
        EXPECT_EQ(assigned.reveal(), std::string(size, 'x'));
    }
}

TEST(secret, survives_assignment_to_itself) {
    secret key(std::string("hunter2"));
    secret& same = key;
    key = std::move(same);
    EXPECT_EQ(key.reveal(), "hunter2");
}

// A short string is stored in the object itself, so its memory can be examined after destruction.
TEST(secret, is_wiped_when_destroyed) {
    alignas(secret) unsigned char storage[sizeof(secret)] = {};
    auto* const key = new (storage) secret(std::string("hunter2"));
    const auto holds = [&storage] {
        const std::string_view memory(reinterpret_cast<const char*>(storage), sizeof storage);
        return memory.find("hunter") != std::string_view::npos;
    };
    ASSERT_TRUE(holds());
    secret elsewhere(std::move(*key));
    EXPECT_FALSE(holds());
    *key = std::move(elsewhere);
    ASSERT_TRUE(holds());
    key->~secret();
    EXPECT_FALSE(holds());
}

}  // namespace
}  // namespace scimd
