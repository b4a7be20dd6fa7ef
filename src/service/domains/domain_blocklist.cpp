#include "service/domains/domain_blocklist.hpp"

#include "base/text.hpp"
#include "embedded_mail_providers.hpp"
#include "embedded_reserved_domains.hpp"

#include <utility>

namespace scimd::service {

namespace {

// Reads a list line by line; invalid_value names the line that `read` refuses.
template <class Read>
result<void> each_line(std::string_view text, std::string_view list, Read read) {
    std::size_t number = 0;
    for (auto line : split(text, '\n')) {
        ++number;
        line = trim(line.substr(0, line.find('#')));
        if (line.ends_with('\r'))
            line = trim(line.substr(0, line.size() - 1));
        if (line.empty())
            continue;
        if (auto done = read(line); !done)
            return error{errc::invalid_value,
                    std::string(list) + ", line " + std::to_string(number) + ": " + done.error().detail};
    }
    return {};
}

}  // namespace

domain_blocklist::domain_blocklist() {
    replace_mail_providers(embedded_mail_providers().front().content).value();
    replace_reserved_domains(embedded_reserved_domains().front().content).value();
}

result<void> domain_blocklist::replace_mail_providers(std::string_view text) {
    std::unordered_set<std::string> names;
    const auto read = [&](std::string_view line) -> result<void> {
        const auto name = domain_name::parse(line);
        if (!name)
            return name.error();
        names.insert(name->text());
        return {};
    };
    if (auto done = each_line(text, "mail providers", read); !done)
        return done;
    mail_providers_ = std::move(names);
    return {};
}

result<void> domain_blocklist::read_reserved(
        std::string_view line, reservations& names, reservations& parents) {
    const auto blank = line.find_first_of(" \t");
    const auto reason = line.substr(0, blank);
    if (blank == std::string_view::npos || (reason != "special-use" && reason != "shared"))
        return error{errc::invalid_value, "A line is \"special-use\" or \"shared\" and a name."};
    auto text = trim(line.substr(blank));
    const bool is_below = text.starts_with("*.");
    if (is_below)
        text.remove_prefix(2);
    // A top-level domain is not a domain_name; with a label in front it is.
    const auto name = domain_name::parse(is_below ? "x." + std::string(text) : std::string(text));
    if (!name)
        return name.error();
    const auto key = is_below ? name->text().substr(2) : name->text();
    (is_below ? parents : names)[key] = reason == "shared" ? reservation::shared : reservation::special_use;
    return {};
}

result<void> domain_blocklist::replace_reserved_domains(std::string_view text) {
    reservations names;
    reservations parents;
    const auto read = [&](std::string_view line) { return read_reserved(line, names, parents); };
    if (auto done = each_line(text, "reserved domains", read); !done)
        return done;
    reserved_ = std::move(names);
    reserved_below_ = std::move(parents);
    return {};
}

result<void> domain_blocklist::check_reserved(const domain_name& name) const {
    const auto refusal = [&](reservation kind) {
        return error{errc::invalid_value,
                "domain: " + name.text() +
                        (kind == reservation::shared ? " is shared by the customers of a provider, so no "
                                                       "organization can own it."
                                                     : " is a special-use name (RFC 6761), which no "
                                                       "organization owns on the Internet.")};
    };
    if (const auto found = reserved_.find(name.text()); found != reserved_.end())
        return refusal(found->second);
    const std::string_view text = name.text();
    for (auto dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1))
        if (const auto found = reserved_below_.find(std::string(text.substr(dot + 1)));
                found != reserved_below_.end())
            return refusal(found->second);
    return {};
}

result<void> domain_blocklist::check(const domain_name& name) const {
    if (auto free = check_reserved(name); !free)
        return free;
    if (suffixes_.contains(name))
        return error{errc::invalid_value,
                "domain: " + name.text() + " is a public suffix, under which anybody may register."};
    if (mail_providers_.contains(name.text()))
        return error{errc::invalid_value,
                "domain: at " + name.text() + " anybody may have a mailbox, so no organization can own it."};
    return {};
}

}  // namespace scimd::service
