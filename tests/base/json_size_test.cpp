#include "base/json_size.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd {
namespace {

TEST(json_size, counts_no_fewer_values_than_there_are)
{
    struct row {
        const char* text;
        std::size_t values;
    };
    const row rows[] = {
        {"1", 1},
        {R"("a,b")", 1},
        {R"("a\",[{b")", 1},
        {R"("a\\",1)", 2},
        {"[1,2,3]", 4},
        {R"({"a":1,"b":[true,null]})", 5},
        {R"({"a":"[[[,,,"})", 2},
        {"", 1},
        {R"("never closed [,)", 1},
        {R"("\)", 1},
    };
    for (const auto& [text, values] : rows)
        EXPECT_EQ(count_json_values(text), values) << text;
}

TEST(json_size, of_a_dense_text_is_many_times_its_own)
{
    std::string dense = "[0";
    for (int i = 1; i < 1'000; ++i)
        dense += ",0";
    dense += "]";
    EXPECT_GE(json_request_memory(dense), 100 * dense.size());
    const std::string plain = '"' + std::string(100'000, 'a') + '"';
    EXPECT_LE(json_request_memory(plain), 5 * plain.size());
}

}  // namespace
}  // namespace scimd
