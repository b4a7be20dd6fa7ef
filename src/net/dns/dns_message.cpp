#include "net/dns/dns_message.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace scimd::net {
namespace {

struct record {
    std::string name;
    ns_type type = ns_t_invalid;
    std::string value;
};

ns_type type_of(dns_kind kind) {
    switch (kind) {
        case dns_kind::txt:
            return ns_t_txt;
        case dns_kind::a:
            return ns_t_a;
        case dns_kind::aaaa:
            return ns_t_aaaa;
    }
    return ns_t_invalid;
}

// Joins the strings of a TXT record (RFC 1035 §3.3.14): each is a length octet and as many bytes. Empty:
// malformed.
std::optional<std::string> joined_strings(std::span<const unsigned char> data) {
    std::string text;
    while (!data.empty()) {
        const std::size_t length = data.front();
        if (length >= data.size())
            return std::nullopt;
        text.append(data.begin() + 1, data.begin() + 1 + static_cast<std::ptrdiff_t>(length));
        data = data.subspan(length + 1);
    }
    return text;
}

std::optional<std::string> address_text(int family, std::span<const unsigned char> data, std::size_t bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (data.size() != bytes || !inet_ntop(family, data.data(), text.data(), text.size()))
        return std::nullopt;
    return std::string(text.data());
}

std::optional<std::string> alias_target(const ns_msg& message, const ns_rr& row) {
    std::array<char, NS_MAXDNAME> target{};
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(row), target.data(),
                target.size()) < 0)
        return std::nullopt;
    return to_lower_ascii(target.data());
}

std::optional<std::string> value_of(const ns_msg& message, const ns_rr& row) {
    const std::span data(ns_rr_rdata(row), ns_rr_rdlen(row));
    switch (ns_rr_type(row)) {
        case ns_t_txt:
            return joined_strings(data);
        case ns_t_a:
            return address_text(AF_INET, data, NS_INADDRSZ);
        case ns_t_aaaa:
            return address_text(AF_INET6, data, NS_IN6ADDRSZ);
        case ns_t_cname:
            return alias_target(message, row);
        default:
            return std::string();
    }
}

// Empty: the response is malformed or too large.
std::optional<std::vector<record>> read_records(std::span<const unsigned char> response) {
    ns_msg message;
    if (ns_initparse(response.data(), static_cast<int>(response.size()), &message) < 0)
        return std::nullopt;
    const std::size_t count = ns_msg_count(message, ns_s_an);
    if (count > dns_records_max)
        return std::nullopt;
    std::vector<record> records;
    for (std::size_t i = 0; i < count; ++i) {
        ns_rr row;
        if (ns_parserr(&message, ns_s_an, static_cast<int>(i), &row) < 0)
            return std::nullopt;
        if (ns_rr_class(row) != ns_c_in)
            continue;
        auto value = value_of(message, row);
        if (!value)
            return std::nullopt;
        records.push_back(
                {to_lower_ascii(ns_rr_name(row)), static_cast<ns_type>(ns_rr_type(row)), std::move(*value)});
    }
    return records;
}

}  // namespace

dns_answer read_dns_response(std::span<const unsigned char> response, std::string_view name, dns_kind kind,
        std::vector<std::string> aliases, std::size_t aliases_max) {
    const auto records = read_records(response);
    if (!records)
        return {dns_outcome::server_failure, {}, std::move(aliases)};
    auto at = to_lower_ascii(name);
    // Only records of the name itself, or of a name to which its aliases lead, are part of the answer.
    for (;;) {
        dns_answer found{dns_outcome::found, {}, {}};
        for (const auto& one : *records)
            if (one.name == at && one.type == type_of(kind))
                found.values.push_back(one.value);
        if (!found.values.empty()) {
            found.aliases = std::move(aliases);
            return found;
        }
        const auto alias = std::ranges::find_if(
                *records, [&](const record& one) { return one.name == at && one.type == ns_t_cname; });
        if (alias == records->end())
            return {dns_outcome::no_records, {}, std::move(aliases)};
        // A loop of aliases ends here, too.
        if (aliases.size() >= aliases_max)
            return {dns_outcome::alias_failure, {}, std::move(aliases)};
        aliases.push_back(alias->value);
        at = alias->value;
    }
}

}  // namespace scimd::net
