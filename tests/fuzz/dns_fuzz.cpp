// A name server's response, whatever it is, is read within its bytes and the limits, and means the same each
// time.
#include "net/dns/dns_message.hpp"

#include <cstdint>
#include <cstdlib>
#include <span>

namespace {

using namespace scimd::net;

constexpr std::size_t aliases_max = 4;

void check(std::span<const unsigned char> response, dns_kind kind) {
    const auto read = [&] { return read_dns_response(response, "a.test", kind, {}, aliases_max); };
    const auto answer = read();
    if (answer.aliases.size() > aliases_max)
        std::abort();
    // Only the outcome `found` has values, and they are no longer than the response.
    if ((answer.outcome == dns_outcome::found) == answer.values.empty())
        std::abort();
    std::size_t bytes = 0;
    for (const auto& value : answer.values)
        bytes += kind == dns_kind::txt ? value.size() : 0;
    if (answer.values.size() > dns_records_max || bytes > response.size())
        std::abort();
    const auto again = read();
    if (again.outcome != answer.outcome || again.values != answer.values || again.aliases != answer.aliases)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t message_bytes_max = 65'535;  // of DNS by TCP
    const std::span response(data, size < message_bytes_max ? size : message_bytes_max);
    for (const auto kind : {dns_kind::txt, dns_kind::a, dns_kind::aaaa})
        check(response, kind);
    return 0;
}
