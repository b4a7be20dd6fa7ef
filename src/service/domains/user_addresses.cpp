#include "service/domains/user_addresses.hpp"

#include "base/text.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace scimd::service {
namespace {

constexpr std::size_t shown_bytes_max = 254;     // RFC 5321 §4.5.3.1.3, without the angle brackets
constexpr std::size_t scanned_bytes_max = 4096;  // of an ill-formed address; a longer one is refused

std::string value_of(const json::object& email) {
    const auto* value = find_string(email, "value");
    return value ? std::string(*value) : std::string();
}

bool is_work(const json::value& email) {
    const auto* type = find_string(email.get_object(), "type");
    return type && equals_ignoring_case(*type, "work");
}

template <class Predicate>
std::string first_email(const json::array& emails, Predicate is_wanted) {
    for (const auto& email : emails) {
        if (!email.is_object() || !is_wanted(email))
            continue;
        auto value = value_of(email.get_object());
        if (!value.empty())
            return value;
    }
    return {};
}

// Maps width and case like parsers that normalize (NFKC), and the full stops of IDNA (RFC 3490 §3.1), which
// NFKC leaves unchanged.
std::string mapped(std::string_view text) {
    auto folded = fold(text);
    constexpr std::string_view ideographic_stop = "\xe3\x80\x82";
    for (auto at = folded.find(ideographic_stop); at != std::string::npos; at = folded.find(ideographic_stop))
        folded.replace(at, ideographic_stop.size(), ".");
    return folded;
}

bool is_name_character(char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

// Every run of characters after the first '@' that is a domain name: "ceo@victim.com@acme.com",
// "<ceo@victim.com>", "ceo@(a comment)victim.com".
std::vector<domain_name> names_after_at(std::string_view text) {
    std::vector<domain_name> names;
    auto rest = text.substr(std::min(text.find('@'), text.size()));
    while (!rest.empty()) {
        const auto begin = std::ranges::find_if(rest, is_name_character);
        rest.remove_prefix(static_cast<std::size_t>(begin - rest.begin()));
        const auto end = std::ranges::find_if_not(rest, is_name_character);
        auto run = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        rest.remove_prefix(run.size());
        while (run.ends_with('.') || run.ends_with('-'))
            run.remove_suffix(1);
        while (run.starts_with('.') || run.starts_with('-'))
            run.remove_prefix(1);
        auto name = domain_name::parse(run);
        if (name && std::ranges::find(names, *name) == names.end())
            names.push_back(std::move(*name));
    }
    return names;
}

// Mail software ignores comments and blanks between the words of a domain (RFC 5322 §3.2.2, §4.4):
// "ceo@victim(c).com".
std::string without_comments_and_blanks(std::string_view text) {
    std::string kept;
    std::size_t depth = 0;
    for (const char c : text) {
        if (c == '(')
            ++depth;
        const bool is_blank = static_cast<unsigned char>(c) <= ' ';
        if (depth == 0 && !is_blank)
            kept += c;
        if (c == ')' && depth > 0)
            --depth;
    }
    return kept;
}

void append_missing(std::vector<domain_name>& to, std::vector<domain_name> names) {
    for (auto& name : names)
        if (std::ranges::find(to, name) == to.end())
            to.push_back(std::move(name));
}

// Whether a quoted or full-width '@' precedes the last one.
bool has_hidden_at(std::string_view text, std::string_view folded) {
    return std::ranges::count(folded, '@') > 1 && (text.starts_with('"') || !is_ascii(text));
}

void append(std::vector<user_address>& to, std::string_view text, bool is_user_name) {
    auto one = read_address(text);
    one.is_user_name = is_user_name;
    to.push_back(std::move(one));
}

}  // namespace

std::string email_of(const json::object& user) {
    if (const auto* emails = find_array(user, "emails")) {
        if (auto primary = first_email(*emails, scim::is_primary); !primary.empty())
            return primary;
        if (auto work = first_email(*emails, is_work); !work.empty())
            return work;
        if (auto first = first_email(*emails, [](const auto&) { return true; }); !first.empty())
            return first;
    }
    const auto* user_name = find_string(user, "userName");
    if (user_name && std::string_view(*user_name).find('@') != std::string_view::npos)
        return std::string(*user_name);
    return {};
}

std::vector<std::string> emails_of(const json::object& user) {
    std::vector<std::string> found;
    if (const auto* emails = find_array(user, "emails"))
        for (const auto& email : *emails)
            if (const auto* value = email.is_object() ? find_string(email.get_object(), "value") : nullptr)
                found.emplace_back(*value);
    return found;
}

std::vector<user_address> addresses_of(const json::object& user) {
    std::vector<user_address> found;
    const auto primary = email_of(user);
    const auto emails = emails_of(user);
    const bool is_user_name_primary = std::ranges::find(emails, primary) == emails.end();
    if (!primary.empty()) {
        append(found, primary, is_user_name_primary);
        found.front().is_primary = true;
    }
    std::unordered_set<std::string_view> seen{primary};
    for (const auto& email : emails)
        if (!email.empty() && seen.insert(email).second)
            append(found, email, false);
    const auto* user_name = find_string(user, "userName");
    if (user_name && is_address(*user_name) && (primary.empty() || !is_user_name_primary))
        append(found, *user_name, true);
    return found;
}

user_address read_address(std::string_view text) {
    user_address read;
    read.text = text;
    auto domain = domain_of_email(text);
    if (domain) {
        read.domain = *domain;
        read.domains.push_back(std::move(*domain));
        return read;
    }
    read.fault = domain.error().detail;
    const auto folded = mapped(beginning_of(text, scanned_bytes_max));
    read.is_ambiguous = text.size() > scanned_bytes_max || has_hidden_at(text, folded);
    read.domains = names_after_at(folded);
    append_missing(read.domains, names_after_at(without_comments_and_blanks(folded)));
    return read;
}

bool is_address(std::string_view text) {
    return contains(text, "@") ||
           (!is_ascii(text) && contains(fold(beginning_of(text, scanned_bytes_max)), "@"));
}

std::string shown_address(std::string_view text) {
    return std::string(beginning_of(text, shown_bytes_max));
}

}  // namespace scimd::service
