// Typed identifiers: a prefix that names the kind and a decimal snowflake, as in "dir_184467440737095516".
//
// Each kind is a type of its own, so that passing an organization's id to a function that expects a
// directory's does not compile. Values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd {

// Parses the decimal digits of a positive 63-bit number, without sign or leading zero. Empty: not such a
// number.
std::optional<std::int64_t> parse_snowflake(std::string_view digits) noexcept;

// Parses "dir_42" with the prefix "dir_" as 42. Empty: another prefix, or digits that text() would not write.
std::optional<std::int64_t> parse_prefixed(std::string_view text, std::string_view prefix) noexcept;

template <class Kind>
struct identifier {
    std::int64_t value = 0;

    static std::optional<identifier> parse(std::string_view text) noexcept {
        const auto number = parse_prefixed(text, Kind::prefix);
        return number ? std::optional(identifier{*number}) : std::nullopt;
    }

    [[nodiscard]] std::string text() const { return std::string(Kind::prefix) + std::to_string(value); }

    friend auto operator<=>(const identifier&, const identifier&) = default;
};

struct environment_kind {
    static constexpr std::string_view prefix = "env_";
};
struct organization_kind {
    static constexpr std::string_view prefix = "org_";
};
struct directory_kind {
    static constexpr std::string_view prefix = "dir_";
};
struct domain_kind {
    static constexpr std::string_view prefix = "dom_";
};
struct secret_kind {
    static constexpr std::string_view prefix = "sec_";
};
struct webhook_kind {
    static constexpr std::string_view prefix = "whe_";
};
struct webhook_key_kind {
    static constexpr std::string_view prefix = "whk_";
};
struct webhook_attempt_kind {
    static constexpr std::string_view prefix = "wha_";
};
struct event_kind {
    static constexpr std::string_view prefix = "evt_";
};
struct client_kind {
    static constexpr std::string_view prefix = "skc_";
};
struct signing_key_kind {
    static constexpr std::string_view prefix = "snk_";
};

using environment_id = identifier<environment_kind>;
using organization_id = identifier<organization_kind>;
using directory_id = identifier<directory_kind>;
using domain_id = identifier<domain_kind>;
using secret_id = identifier<secret_kind>;
using webhook_id = identifier<webhook_kind>;
using webhook_key_id = identifier<webhook_key_kind>;
using webhook_attempt_id = identifier<webhook_attempt_kind>;
using event_id = identifier<event_kind>;
using client_id = identifier<client_kind>;
using signing_key_id = identifier<signing_key_kind>;

// The id of a SCIM resource. Its textual prefix depends on its resource type (scim/schema/schema.hpp):
// "diruser_", "dirgroup_".
struct resource_id {
    std::int64_t value = 0;
    friend auto operator<=>(const resource_id&, const resource_id&) = default;
};

// Users and groups have ids beyond SCIM, too: in events, in the directory API and for the tokens of users.
constexpr std::string_view user_prefix = "diruser_";
constexpr std::string_view group_prefix = "dirgroup_";

inline std::string user_id_text(resource_id id) {
    return std::string(user_prefix) + std::to_string(id.value);
}

inline std::string group_id_text(resource_id id) {
    return std::string(group_prefix) + std::to_string(id.value);
}

// The cursor of an event is its position in the log, from which a client reads on: "c_42".
constexpr std::string_view event_cursor_prefix = "c_";

inline std::string event_cursor_text(event_id id) {
    return std::string(event_cursor_prefix) + std::to_string(id.value);
}

inline std::optional<event_id> parse_event_cursor(std::string_view text) noexcept {
    const auto number = parse_prefixed(text, event_cursor_prefix);
    return number ? std::optional(event_id{*number}) : std::nullopt;
}

}  // namespace scimd
