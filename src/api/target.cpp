#include "api/target.hpp"

#include "base/text.hpp"

namespace scimd::api {
namespace {

std::optional<int> hex_digit(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return std::nullopt;
}

enum class plus { stays, is_space };

std::optional<std::string> decode(std::string_view text, plus sign) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && sign == plus::is_space) {
            decoded += ' ';
            continue;
        }
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size())
            return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low)
            return std::nullopt;
        decoded += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return is_valid_utf8(decoded) ? std::optional(std::move(decoded)) : std::nullopt;
}

error bad_path(std::string_view reason) {
    return {errc::bad_request, "The request's path " + std::string(reason) + "."};
}

// Names the parameter in the error when its name could be decoded.
error not_decodable(const std::optional<std::string>& name) {
    constexpr std::size_t name_bytes_max = 100;
    const bool is_fit = name && !name->empty() && name->size() <= name_bytes_max && is_storable(*name);
    return {errc::bad_request,
            (is_fit ? *name : std::string("The request's query")) + " is not percent-encoded UTF-8."};
}

result<std::string> parse_segment(std::string_view raw) {
    if (raw.empty())
        return bad_path("has an empty segment");
    if (raw.find(';') != std::string_view::npos)
        return bad_path("holds a semicolon");
    auto segment = decode(raw, plus::stays);
    if (!segment)
        return bad_path("is not percent-encoded UTF-8");
    if (*segment == "." || *segment == "..")
        return bad_path("has a dot segment");
    constexpr std::string_view separators("/\\\0\r\n", 5);
    if (segment->find_first_of(separators) != std::string::npos)
        return bad_path("holds an encoded separator or control character");
    return std::move(*segment);
}

// A base URL that was configured with a trailing slash makes the provider request "…/scim/v2//Users".
bool is_scim_base(const std::vector<std::string>& segments) {
    return segments.size() == 4 && segments[0] == "directory" && segments[2] == "scim" && segments[3] == "v2";
}

result<void> parse_path(std::string_view path, target& parsed) {
    if (!path.starts_with('/'))
        return bad_path("must begin with a slash");
    path.remove_prefix(1);
    if (path.ends_with('/')) {
        path.remove_suffix(1);
        if (path.empty())
            return bad_path("has an empty segment");
    }
    if (path.empty())
        return {};
    for (const auto raw : split(path, '/')) {
        if (raw.empty() && is_scim_base(parsed.segments))
            continue;
        auto segment = parse_segment(raw);
        if (!segment)
            return segment.error();
        parsed.segments.push_back(std::move(*segment));
    }
    return {};
}

void take_suffix(target& parsed) {
    constexpr std::string_view suffix = ".scim";
    constexpr std::size_t base_segments = 4;
    auto& segments = parsed.segments;
    if (segments.size() <= base_segments ||
            !is_scim_base({segments.begin(), segments.begin() + base_segments}))
        return;
    auto& last = segments.back();
    if (last.size() <= suffix.size() || !last.ends_with(suffix))
        return;
    last.resize(last.size() - suffix.size());
    parsed.has_scim_suffix = true;
}

}  // namespace

std::optional<std::string_view> target::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (equals_ignoring_case(key, name))
            return value;
    return std::nullopt;
}

result<target> parse_target(std::string_view text) {
    target parsed;
    const auto question = text.find('?');
    if (auto path = parse_path(text.substr(0, question), parsed); !path)
        return path.error();
    take_suffix(parsed);
    auto query =
            parse_form(question == std::string_view::npos ? std::string_view() : text.substr(question + 1));
    if (!query)
        return query.error();
    parsed.query = std::move(*query);
    return parsed;
}

bool is_of_directory(const target& parsed) {
    const auto& segments = parsed.segments;
    return segments.size() >= 4 && segments[0] == "directory" && segments[2] == "scim" && segments[3] == "v2";
}

result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> read;
    if (text.empty())
        return read;
    for (const auto pair : split(text, '&')) {
        if (pair.empty())
            continue;
        if (read.size() == query_parameters_max)
            return error{errc::bad_request, "The request has more than 100 query parameters."};
        const auto equals = pair.find('=');
        auto name = decode_form_value(pair.substr(0, equals));
        auto value = equals == std::string_view::npos ? std::optional(std::string())
                                                      : decode_form_value(pair.substr(equals + 1));
        if (!name || !value)
            return not_decodable(name);
        read.emplace_back(std::move(*name), std::move(*value));
    }
    return read;
}

std::optional<std::string> decode_form_value(std::string_view text) {
    return decode(text, plus::is_space);
}

}  // namespace scimd::api
