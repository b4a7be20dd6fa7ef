#include "service/auth/access_tokens.hpp"

#include "base/codec.hpp"
#include "base/json/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace scimd::service {
namespace {

constexpr json_limits token_json{.depth_max = 4, .nodes_max = 64};
constexpr std::int64_t latest_second = 253'402'300'799;  // of the year 9999

std::string encoded(std::string_view text) {
    return to_base64url(std::as_bytes(std::span(text)));
}

// Base64url without padding (RFC 7515 §2), so that a token has only one spelling.
std::optional<std::string> decoded(std::string_view text) {
    if (text.ends_with('='))
        return std::nullopt;
    const auto bytes = from_base64url(text);
    if (!bytes)
        return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::optional<json::object> decoded_object(std::string_view text) {
    const auto document = decoded(text);
    if (!document)
        return std::nullopt;
    auto object = parse_json_object(*document, token_json);
    return object ? std::optional(std::move(*object)) : std::nullopt;
}

std::int64_t seconds(time_point when) {
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

std::optional<time_point> time_in(const json::object& claims, std::string_view name) {
    const auto* value = find(claims, name);
    if (!value || !value->is_int64() || value->get_int64() < 0 || value->get_int64() > latest_second)
        return std::nullopt;
    return time_point(std::chrono::seconds(value->get_int64()));
}

std::string text_in(const json::object& object, std::string_view name) {
    const auto* text = find_string(object, name);
    return text ? std::string(*text) : std::string();
}

std::optional<signing_key_id> key_in(const json::object& header) {
    constexpr std::array known{"alg", "kid", "typ"};
    for (const auto& [name, value] : header)
        if (std::ranges::find(known, std::string_view(name)) == known.end())
            return std::nullopt;
    const auto type = text_in(header, "typ");
    const bool is_jwt =
            type.empty() || equals_ignoring_case(type, "JWT") || equals_ignoring_case(type, "at+jwt");
    if (text_in(header, "alg") != "RS256" || !is_jwt)
        return std::nullopt;
    return signing_key_id::parse(text_in(header, "kid"));
}

bool is_for(const json::object& claims, std::string_view audience) {
    const auto* list = find_array(claims, "aud");
    return list && list->size() == 1 && list->front().is_string() &&
           std::string_view(list->front().get_string()) == audience;
}

// Empty: a claim is missing or has another type.
std::optional<access_token> claims_in(const json::object& claims) {
    const auto client = client_id::parse(text_in(claims, "client_id"));
    const auto issued = time_in(claims, "iat");
    const auto expires = time_in(claims, "exp");
    if (!client || !issued || !expires || text_in(claims, "sub") != client->text())
        return std::nullopt;
    access_token read{
            text_in(claims, "iss"), *client, std::nullopt, text_in(claims, "jti"), *issued, *expires};
    if (!is_for(claims, read.issuer))
        return std::nullopt;
    if (find(claims, "scope"))
        read.scopes = read_scopes(text_in(claims, "scope"));  // of another type: no scope
    if (find(claims, "oid")) {
        read.organization = organization_id::parse(text_in(claims, "oid"));
        if (!read.organization)
            return std::nullopt;
    }
    return read;
}

}  // namespace

std::string sign_access_token(const access_token& token, signing_key_id key_id, const rsa_key& key) {
    const json::object header{{"alg", "RS256"}, {"kid", key_id.text()}, {"typ", "JWT"}};
    json::object claims{{"iss", token.issuer}, {"sub", token.client.text()},
            {"aud", json::array{token.issuer}}, {"exp", seconds(token.expires)},
            {"iat", seconds(token.issued)}, {"nbf", seconds(token.issued)},
            {"client_id", token.client.text()}, {"jti", token.id}};
    if (token.scopes)
        claims["scope"] = names_of(*token.scopes);  // RFC 9068 §2.2.3
    if (token.organization)
        claims["oid"] = token.organization->text();
    auto text = encoded(to_text(header)) + '.' + encoded(to_text(claims));
    const auto signature = key.sign(text);
    return text.append(".").append(encoded(signature));
}

std::optional<presented_token> read_access_token(std::string_view text) {
    if (text.size() > access_token_bytes_max)
        return std::nullopt;
    const auto parts = split(text, '.');
    if (parts.size() != 3)
        return std::nullopt;
    const auto header = decoded_object(parts[0]);
    const auto key = header ? key_in(*header) : std::nullopt;
    if (!key)
        return std::nullopt;
    const auto body = decoded_object(parts[1]);
    auto claims = body ? claims_in(*body) : std::nullopt;
    const auto not_before = body ? time_in(*body, "nbf") : std::nullopt;
    auto signature = decoded(parts[2]);
    if (!claims || !not_before || !signature)
        return std::nullopt;
    const auto signed_bytes = parts[0].size() + 1 + parts[1].size();
    return presented_token{*key, std::move(*claims), *not_before, std::string(text.substr(0, signed_bytes)),
            std::move(*signature)};
}

bool is_current(const presented_token& token, std::string_view issuer, time_point now) {
    if (token.claims.issuer != issuer)
        return false;
    return token.claims.expires + clock_skew_max > now && token.not_before <= now + clock_skew_max;
}

}  // namespace scimd::service
