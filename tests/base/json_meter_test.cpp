#include "base/json/json_meter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace scimd {
namespace {

json_meter meter_of(std::string_view text) {
    json_meter made;
    made.add(text);
    return made;
}

TEST(json_meter, never_counts_too_few_values) {
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
            {R"(\",[)", 1},
            {"", 1},
            {R"("never closed [,)", 1},
            {R"("\)", 1},
    };
    for (const auto& [text, values] : rows)
        EXPECT_EQ(meter_of(text).values(), values) << text;
}

TEST(json_meter, is_independent_of_the_size_of_pieces) {
    const std::string_view texts[] = {
            R"({"a":"x\\\",[{\\","b":[true,{"c":[1,2,"\"",",[{"]}]})",
            R"([["\\\\"],"\u005b",{"k\"":"\\"},[],[,,{]])",
            R"("never closed \)",
            R"(\\"[",[\")",
    };
    for (const auto text : texts) {
        const auto whole = meter_of(text);
        for (std::size_t piece = 1; piece <= text.size(); ++piece) {
            json_meter pieces;
            for (std::size_t at = 0; at < text.size(); at += piece)
                pieces.add(text.substr(at, piece));
            EXPECT_EQ(pieces.values(), whole.values()) << text << " in pieces of " << piece;
            EXPECT_EQ(pieces.request_memory(), whole.request_memory()) << text << " in pieces of " << piece;
        }
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            json_meter two;
            two.add(text.substr(0, cut));
            two.add({});
            two.add(text.substr(cut));
            EXPECT_EQ(two.values(), whole.values()) << text << " cut at " << cut;
        }
    }
}

TEST(json_meter, estimates_many_times_the_bytes_of_a_dense_text) {
    std::string dense = "[0";
    for (int i = 1; i < 1'000; ++i)
        dense += ",0";
    dense += "]";
    EXPECT_GE(meter_of(dense).request_memory(), 100 * dense.size());
    const std::string plain = '"' + std::string(100'000, 'a') + '"';
    EXPECT_LE(meter_of(plain).request_memory(), 5 * plain.size());
}

}  // namespace
}  // namespace scimd
