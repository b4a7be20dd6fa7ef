#include "service/events.hpp"

#include "base/time.hpp"
#include "service/domains.hpp"
#include "store/events.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace scimd::service {
namespace {

constexpr std::string_view abbreviations[] = {"dns"};

char to_upper_ascii(char letter)
{
    return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
}

// "organization.directory.user_created" -> "Directory User Created", "role.created" -> "Role Created",
// "organization.domain_dns_verification_failed" -> "Organization Domain DNS Verification Failed"
std::string display_name_of(std::string_view type)
{
    constexpr std::string_view of_organization = "organization.";
    constexpr std::string_view of_directory = "organization.directory";
    if (type.starts_with(of_directory))
        type.remove_prefix(of_organization.size());
    std::string words;
    for (std::size_t at = 0; at < type.size();) {
        const auto end = std::min(type.find_first_of("._", at), type.size());
        const auto word = type.substr(at, end - at);
        const bool is_short = std::ranges::find(abbreviations, word) != std::end(abbreviations);
        words += words.empty() ? "" : " ";
        for (std::size_t i = 0; i < word.size(); ++i)
            words += i == 0 || is_short ? to_upper_ascii(word[i]) : word[i];
        at = end + 1;
    }
    return words;
}

json::object context_of(const origin& from, const event_place& where, const event_draft& draft)
{
    json::object actor{{"type", from.by.type}};
    if (!from.by.id.empty())
        actor["id"] = from.by.id;
    if (!from.by.suffix.empty())
        actor["suffix"] = from.by.suffix;
    json::object context;
    if (!from.request_id.empty())
        context["request_id"] = from.request_id;
    context["source"] = from.source;
    context["actor"] = std::move(actor);
    if (!where.provider.empty())
        context["provider"] = where.provider;
    if (!draft.batch_id.empty())
        context["batch_id"] = draft.batch_id;
    if (!draft.caused_by.empty())
        context["caused_by"] = draft.caused_by;
    return context;
}

struct event_words {  // of a resource type
    std::string_view type;
    std::string_view object;
    std::string_view created;
    std::string_view updated;
    std::string_view deleted;
};

constexpr event_words words[] = {
    {"User",
     "DirectoryUser",
     "organization.directory.user_created",
     "organization.directory.user_updated",
     "organization.directory.user_deleted"},
    {"Group",
     "DirectoryGroup",
     "organization.directory.group_created",
     "organization.directory.group_updated",
     "organization.directory.group_deleted"},
};

// Types of one's own share their events' types; the object is the type's name.
event_words words_of(const scim::resource_type& type)
{
    for (const event_words& each : words)
        if (each.type == type.name)
            return each;
    return {
        type.name,
        type.name,
        "organization.directory.resource_created",
        "organization.directory.resource_updated",
        "organization.directory.resource_deleted",
    };
}

}  // namespace

void note_difference(const json::object& before, const json::object& after, event_draft& draft)
{
    const auto note = [&](std::string_view key, const json::value* was) {
        draft.changed_attributes.emplace_back(key);
        if (was)
            draft.previous_attributes[key] = *was;
    };
    for (const auto& [key, value] : after) {
        const auto* was = find(before, key);
        if (key != "raw_attributes" && (!was || *was != value))
            note(key, was);
    }
    for (const auto& [key, value] : before)
        if (!find(after, key))
            note(key, &value);
    if (draft.changed_attributes.empty())
        note("raw_attributes", find(before, "raw_attributes"));
    draft.update = difference_of(before, after);
}

std::string publish(store::transaction& tx, const origin& from, const event_place& where, event_draft draft)
{
    const event_id id{tx.next_id()};
    json::object envelope{
        {"spec_version", "1"},
        {"id", id.text()},
        {"type", draft.type},
        {"object", draft.object},
        {"display_name", display_name_of(draft.type)},
        {"environment_id", from.environment.text()}
    };
    if (where.organization)
        envelope["organization_id"] = where.organization->text();
    if (where.directory)
        envelope["directory_id"] = where.directory->text();
    envelope["occurred_at"] = format_rfc3339(tx.now());
    std::int64_t sequence = 0;
    if (where.directory) {
        sequence = store::events::next_sequence(tx, *where.directory);
        envelope["sequence"] = sequence;
    }
    envelope["cursor"] = "c_" + std::to_string(id.value);
    if (draft.object_version > 0)
        envelope["object_version"] = draft.object_version;
    envelope["context"] = context_of(from, where, draft);
    envelope["data"] = std::move(draft.data);
    if (!draft.changed_attributes.empty()) {
        envelope["changed_attributes"] =
            json::array(draft.changed_attributes.begin(), draft.changed_attributes.end());
        envelope["previous_attributes"] = std::move(draft.previous_attributes);
    }
    store::events::append(
        tx,
        {.id = id,
         .organization = where.organization.value_or(organization_id()),
         .directory = where.directory.value_or(directory_id()),
         .sequence = sequence,
         .type = std::string(draft.type),
         .body = event_text(envelope, draft.update)}
    );
    return id.text();
}

std::string publish(store::transaction& tx, const caller& who, event_draft draft)
{
    return publish(tx, origin_of(who), {who.organization, who.directory, who.provider}, std::move(draft));
}

std::string publish_change(store::transaction& tx, const caller& who, resource_change change)
{
    event_draft draft;
    const event_words named = words_of(*change.type);
    draft.type = !change.before ? named.created : !change.after ? named.deleted : named.updated;
    draft.object = named.object;
    draft.object_version = change.version;
    if (change.before && change.after)
        note_difference(*change.before, *change.after, draft);
    if (change.after) {
        draft.data = std::move(*change.after);
    } else {
        draft.data = std::move(*change.before);
        draft.data["deleted_at"] = format_rfc3339(tx.now());
        draft.data["reason"] = change.reason;
    }
    return publish(tx, who, std::move(draft));
}

void publish_refusal(
    store::transaction& tx,
    const caller& who,
    const json::object& user,
    std::string_view reason,
    std::string_view domain,
    std::string_view detail
)
{
    json::object data{
        {"organization_id", who.organization.text()},
        {"directory_id", who.directory.text()},
        {"reason", reason},
        {"detail", detail}
    };
    if (!domain.empty())
        data["domain"] = domain;
    if (const auto* user_name = find(user, "userName"))
        data["preferred_username"] = *user_name;
    if (const auto* external_id = find(user, "externalId"))
        data["dp_id"] = *external_id;
    if (const auto email = email_of(user); !email.empty())
        data["email"] = email;
    event_draft draft;
    draft.type = "organization.directory.user_rejected";
    draft.object = "DirectoryUser";
    draft.data = std::move(data);
    publish(tx, who, std::move(draft));
}

}  // namespace scimd::service
