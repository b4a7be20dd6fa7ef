#include "service/domain_rules.hpp"

#include "base/text.hpp"
#include "embedded_mail_providers.hpp"

#include <utility>

namespace scimd::service {

domain_rules::domain_rules()
{
    replace_mail_providers(embedded_mail_providers().front().content).value();
}

result<void> domain_rules::replace_mail_providers(std::string_view text)
{
    std::unordered_set<std::string> names;
    std::size_t number = 0;
    for (auto line : split(text, '\n')) {
        ++number;
        line = trim(line.substr(0, line.find('#')));
        if (line.ends_with('\r'))
            line = trim(line.substr(0, line.size() - 1));
        if (line.empty())
            continue;
        const auto name = domain_name::parse(line);
        if (!name)
            return error{
                errc::invalid_value,
                "mail providers, line " + std::to_string(number) + ": " + name.error().detail
            };
        names.insert(name->text());
    }
    mail_providers_ = std::move(names);
    return {};
}

result<void> domain_rules::check(const domain_name& name) const
{
    if (suffixes_.contains(name))
        return error{
            errc::invalid_value,
            "domain: " + name.text() + " is a public suffix, under which anybody may register."
        };
    if (mail_providers_.contains(name.text()))
        return error{
            errc::invalid_value,
            "domain: at " + name.text() + " anybody may have a mailbox, so no organization can own it."
        };
    return {};
}

}  // namespace scimd::service
