#include "net/http/chunked_body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::net {
namespace {

constexpr chunk_limits small_chunks = {
        .header_bytes_max = 10, .extensions_bytes_max = 20, .trailer_bytes_max = 30, .trailer_fields_max = 2};

struct decoded {
    std::string body;
    std::size_t read = 0;  // bytes
    bool is_done = false;
    std::string refusal;
    int status = 0;
};

decoded decode_chunks(std::string_view text, std::size_t piece_bytes, std::size_t body_bytes_max = 100) {
    chunk_decoder decoder(small_chunks);
    decoder.limit_body(body_bytes_max);
    decoded found;
    while (!text.empty() && !decoder.is_done()) {
        const auto read = decoder.put(text.substr(0, piece_bytes), &found.body);
        if (read.has_error()) {
            found.refusal = read.error().detail;
            found.status = http_status(read.error().code);
            return found;
        }
        found.read += *read;
        text.remove_prefix(*read);
    }
    found.is_done = decoder.is_done();
    return found;
}

TEST(chunk_decoder, joins_chunks_however_they_arrive) {
    const std::string text =
            "5;a;b=c;d=\"e \\\" f\"\r\nhello\r\n00A\r\n, \r\nworld!\r\n0\r\nA: b\r\nC:\r\n\r\n";
    for (std::size_t bytes = 1; bytes <= text.size() + 4; ++bytes) {
        chunk_decoder decoder({.header_bytes_max = 30,
                .extensions_bytes_max = 30,
                .trailer_bytes_max = 30,
                .trailer_fields_max = 2});
        std::string body;
        std::string_view left = text;
        while (!decoder.is_done()) {
            const auto read = decoder.put(left.substr(0, bytes), &body);
            ASSERT_FALSE(read.has_error()) << read.error().detail;
            ASSERT_GT(*read, 0U);
            left.remove_prefix(*read);
        }
        EXPECT_EQ(body, "hello, \r\nworld!");
        EXPECT_TRUE(left.empty());
    }
}

TEST(chunk_decoder, does_not_read_beyond_the_body) {
    const auto found = decode_chunks("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n", 1'000);
    EXPECT_TRUE(found.is_done);
    EXPECT_EQ(found.body, "a");
    EXPECT_EQ(found.read, 11U);
}

TEST(chunk_decoder, refuses_malformed_chunks_at_the_first_wrong_byte) {
    const struct {
        std::string text;  // the last byte is the wrong one
        std::string why;
    } rows[] = {
            {"5\n", "The body's chunks are malformed: a line ends in a CR or an LF alone."},
            {"5\rh", "The body's chunks are malformed: a line ends in a CR or an LF alone."},
            {"0\r\n\n", "The body's chunks are malformed: a line ends in a CR or an LF alone."},
            {"0\r\n\rX", "The body's chunks are malformed: a line ends in a CR or an LF alone."},
            {"1\r\na\n", "The body's chunks are malformed: a line ends in a CR or an LF alone."},
            {"0\r\nA: b\n", "The body's chunks are malformed: a line ends in a CR or an LF alone."},
            {"1\r\nab", "The body's chunks are malformed: a chunk is longer than its size."},
            {"5;\x01", "The body's chunks are malformed: a line holds a control character."},
            {"0\r\nA: \x7f", "The body's chunks are malformed: a line holds a control character."},
            {"000000000000000000000000000", "The body's chunks are malformed: a chunk's header is too long."},
            {"\r\n", "The body's chunks are malformed: a chunk's size is not a hexadecimal number."},
            {"-1\r\n", "The body's chunks are malformed: a chunk's size is not a hexadecimal number."},
            {"0x1\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1 \r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;a=\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;a=\"b\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;a=\"b\\\"\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;a=\"b\"c\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;a b\r\n", "The body's chunks are malformed: a chunk's extension is not ;name=value."},
            {"1;abcdefghij\r\n", "The body's chunks are malformed: the extensions of chunks are too long."},
            {"11111111111111111\r\n",
                    "The body's chunks are malformed: a chunk's size is not a hexadecimal number."},
            {"0\r\nA\r\n", "The body's chunks are malformed: a trailer field is not name: value."},
            {"0\r\n: b\r\n", "The body's chunks are malformed: a trailer field is not name: value."},
            {"0\r\n A: b\r\n", "The body's chunks are malformed: a trailer field is not name: value."},
            {"0\r\nA : b\r\n", "The body's chunks are malformed: a trailer field is not name: value."},
            {"0\r\nhost: b\r\n", "The body's chunks are malformed: host may not be a trailer field."},
            {"0\r\nContent-Length: 1\r\n",
                    "The body's chunks are malformed: Content-Length may not be a trailer field."},
    };
    for (const auto& row : rows) {
        const auto before = decode_chunks(row.text.substr(0, row.text.size() - 1), 1);
        EXPECT_EQ(before.refusal, "") << row.text;
        for (const std::size_t bytes : {std::size_t{1}, row.text.size()}) {
            const auto found = decode_chunks(row.text, bytes);
            EXPECT_EQ(found.refusal, row.why) << row.text;
            EXPECT_EQ(found.status, 400) << row.text;
        }
    }
}

TEST(chunk_decoder, enforces_its_limits) {
    const struct {
        std::string text;
        std::string refusal;
        int status;
    } rows[] = {
            {"1;bcdefghij\r\na\r\n0\r\n\r\n", "", 0},
            {"1;abcdefgh\r\na\r\n1;abcdefghi\r\na\r\n0;\r\n\r\n",
                    "The body's chunks are malformed: a chunk's extension is not ;name=value.", 400},
            {"1;abcdefghi\r\na\r\n1;abcdefghi\r\na\r\n0\r\n\r\n", "", 0},
            {"1;abcdefghi\r\na\r\n1;abcdefghi\r\na\r\n0;a\r\n\r\n",
                    "The body's chunks are malformed: the extensions of chunks are too long.", 400},
            {"0\r\nA: " + std::string(23, 'b') + "\r\n\r\n", "", 0},
            {"0\r\nA: " + std::string(24, 'b') + "\r\n\r\n", "The trailer section is too large.", 431},
            {"0\r\nA: b\r\nA: b\r\n\r\n", "", 0},
            {"0\r\nA: b\r\nA: b\r\nA: b\r\n\r\n", "The trailer section has too many fields.", 431},
            {"63\r\n" + std::string(99, 'a') + "\r\n1\r\nb\r\n0\r\n\r\n", "", 0},
            {"63\r\n" + std::string(99, 'a') + "\r\n2\r\n", "The body is larger than 100 bytes.", 413},
            {"ffffffffffffffff\r\n", "The body is larger than 100 bytes.", 413},
            {"1\r\na\r\nffffffffffffffff\r\n", "The body is larger than 100 bytes.", 413},
    };
    for (const auto& row : rows) {
        const auto found = decode_chunks(row.text, 7);
        EXPECT_EQ(found.refusal, row.refusal) << row.text;
        EXPECT_EQ(found.status, row.status) << row.text;
        EXPECT_EQ(found.is_done, row.status == 0) << row.text;
    }
}

TEST(chunk_decoder, drops_the_data_of_an_ignored_body) {
    chunk_decoder decoder(small_chunks);
    const auto read = decoder.put("1\r\na\r\n0\r\n\r\n", nullptr);
    ASSERT_FALSE(read.has_error());
    EXPECT_TRUE(decoder.is_done());
}

}  // namespace
}  // namespace scimd::net
