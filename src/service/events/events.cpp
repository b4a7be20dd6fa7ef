#include "service/events/events.hpp"

#include "base/time.hpp"
#include "service/domains/domain_gate.hpp"
#include "store/events.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <limits>

namespace scimd::service {
namespace {

constexpr std::string_view abbreviations[] = {"dns"};

char to_upper_ascii(char letter) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
}

// "organization.directory.user_created" -> "Directory User Created", "role.created" -> "Role Created",
// "organization.domain_dns_verification_failed" -> "Organization Domain DNS Verification Failed"
std::string display_name_of(std::string_view type) {
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

json::object context_of(const event_source& source, const event_place& place, const event_draft& draft) {
    json::object actor;
    if (!source.actor.type.empty())
        actor["type"] = source.actor.type;
    if (!source.actor.id.empty())
        actor["id"] = source.actor.id;
    if (!source.actor.suffix.empty())
        actor["suffix"] = source.actor.suffix;
    json::object context;
    if (!source.request_id.empty())
        context["request_id"] = source.request_id;
    context["source"] = source.source;
    if (!actor.empty())
        context["actor"] = std::move(actor);
    if (!place.provider.empty())
        context["provider"] = place.provider;
    if (!draft.batch_id.empty())
        context["batch_id"] = draft.batch_id;
    if (!draft.caused_by.empty())
        context["caused_by"] = draft.caused_by;
    return context;
}

// The object and the types of events about resources of a type.
struct event_words {
    std::string_view type;
    std::string_view object;
    std::string_view created;
    std::string_view updated;
    std::string_view deleted;
};

constexpr event_words words[] = {
        {"User", "DirectoryUser", "organization.directory.user_created",
                "organization.directory.user_updated", "organization.directory.user_deleted"},
        {"Group", "DirectoryGroup", "organization.directory.group_created",
                "organization.directory.group_updated", "organization.directory.group_deleted"},
};

// Custom resource types share the types of their events; the object is the name of the resource type.
event_words words_of(const scim::resource_type& type) {
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

// The parts of an event that come from the transaction that publishes it.
struct event_stamp {
    event_id id;
    time_point at;
    std::int64_t sequence = 0;  // 0: not an event of a directory
};

event_stamp next_stamp(store::transaction& tx, const event_place& place) {
    event_stamp stamp{.id = {tx.next_id()}, .at = tx.now()};
    if (place.directory)
        stamp.sequence = store::events::next_sequence(tx, *place.directory);
    return stamp;
}

json::object envelope_of(
        const event_source& source, const event_place& place, event_draft draft, const event_stamp& stamp) {
    json::object envelope{{"spec_version", "1"}, {"id", stamp.id.text()}, {"type", draft.type},
            {"object", draft.object}, {"display_name", display_name_of(draft.type)},
            {"environment_id", source.environment.text()}};
    if (place.organization)
        envelope["organization_id"] = place.organization->text();
    if (place.directory)
        envelope["directory_id"] = place.directory->text();
    envelope["occurred_at"] = format_rfc3339(stamp.at);
    if (place.directory)
        envelope["sequence"] = stamp.sequence;
    envelope["cursor"] = event_cursor_text(stamp.id);
    if (draft.object_version > 0)
        envelope["object_version"] = draft.object_version;
    envelope["context"] = context_of(source, place, draft);
    envelope["data"] = std::move(draft.data);
    if (!draft.changed_attributes.empty()) {
        envelope["changed_attributes"] =
                json::array(draft.changed_attributes.begin(), draft.changed_attributes.end());
        envelope["previous_attributes"] = std::move(draft.previous_attributes);
    }
    return envelope;
}

// Placeholders for the stamp and the id of a created resource in a prepared event. They have the greatest
// length, so that no event exceeds its limit once they are replaced.
constexpr std::int64_t longest_number = std::numeric_limits<std::int64_t>::max();
constexpr event_stamp longest_stamp{{longest_number}, {}, longest_number};

// The text of an envelope begins with the first of these; the second one follows the prepared `from_type`.
std::string text_before_type(const event_stamp& stamp) {
    return R"({"spec_version":"1","id":")" + stamp.id.text() + "\",";
}

std::string text_of_time(const event_stamp& stamp) {
    return R"("occurred_at":")" + format_rfc3339(stamp.at) + R"(","sequence":)" +
           std::to_string(stamp.sequence) + R"(,"cursor":")" + event_cursor_text(stamp.id) + "\",";
}

event_place place_of(const caller& caller) {
    return {caller.organization, caller.directory, caller.provider};
}

// `rest` is the text from the version on, in pieces.
std::string publish_text(store::transaction& tx, const caller& caller, const prepared_event& event,
        const std::array<std::string_view, 3>& rest) {
    const auto stamp = next_stamp(tx, place_of(caller));
    auto text = text_before_type(stamp);
    text.reserve(text.size() + event.from_type.size() + event.from_version.size() + 128);
    text += event.from_type;
    text += text_of_time(stamp);
    for (const auto piece : rest)
        text += piece;
    store::events::append(tx, {.id = stamp.id,
                                      .organization = caller.organization,
                                      .directory = caller.directory,
                                      .sequence = stamp.sequence,
                                      .type = event.type,
                                      .body = std::move(text)});
    return stamp.id.text();
}

std::string publish_filled(
        store::transaction& tx, const caller& caller, const prepared_event& event, std::string_view filling) {
    const std::string_view rest = event.from_version;
    return publish_text(tx, caller, event, {rest.substr(0, event.gap), filling, rest.substr(event.gap)});
}

// Cuts `filling` out of the text, where it is found at or after `from`, and remembers its position.
void open_gap(prepared_event& event, std::size_t from, std::string_view filling) {
    event.gap = event.from_version.find(filling, from);
    event.from_version.erase(event.gap, filling.size());
}

std::string end_of_data(time_point ended) {
    return R"("deleted_at":")" + format_rfc3339(ended) + R"(","reason":")";
}

// `now` is the time of a deletion.
event_draft draft_of(resource_change change, time_point now) {
    event_draft draft;
    const event_words named = words_of(*change.type);
    const bool is_end = !change.after;
    draft.type = !change.before ? named.created : !change.after ? named.deleted : named.updated;
    draft.object = named.object;
    draft.object_version = change.version;
    if (change.before && change.after)
        note_difference(*change.before, *change.after, draft);
    draft.data = change.after ? std::move(*change.after) : std::move(*change.before);
    if (is_end) {
        draft.data["deleted_at"] = format_rfc3339(now);
        draft.data["reason"] = change.reason;
    }
    return draft;
}

}  // namespace

void note_difference(const json::object& before, const json::object& after, event_draft& draft) {
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

std::string publish(
        store::transaction& tx, const event_source& source, const event_place& place, event_draft draft) {
    const auto stamp = next_stamp(tx, place);
    const std::string type(draft.type);
    const auto update = std::move(draft.update);
    auto envelope = envelope_of(source, place, std::move(draft), stamp);
    store::events::append(tx, {.id = stamp.id,
                                      .organization = place.organization.value_or(organization_id()),
                                      .directory = place.directory.value_or(directory_id()),
                                      .sequence = stamp.sequence,
                                      .type = type,
                                      .body = event_text(envelope, update)});
    return stamp.id.text();
}

std::string publish(store::transaction& tx, const caller& caller, event_draft draft) {
    return publish(tx, event_source_of(caller), place_of(caller), std::move(draft));
}

std::string text_outside_log(event_id id, time_point now, const event_source& source, event_draft draft) {
    auto envelope = envelope_of(source, {}, std::move(draft), {.id = id, .at = now});
    envelope.stable_erase("cursor");
    return event_text(envelope, std::nullopt);
}

std::string publish_change(store::transaction& tx, const caller& caller, resource_change change) {
    return publish(tx, caller, draft_of(std::move(change), tx.now()));
}

prepared_event prepare_change(const caller& caller, resource_change change) {
    const bool is_new = !change.before;
    const bool is_end = !change.after;
    const auto number = std::to_string(longest_number);
    const auto prefix = change.type->id_prefix;
    if (is_new)
        change.after->at("id") = prefix + number;
    auto draft = draft_of(std::move(change), longest_stamp.at);
    prepared_event event{.type = std::string(draft.type), .from_type = {}, .from_version = {}};
    const auto update = std::move(draft.update);
    auto envelope = envelope_of(event_source_of(caller), place_of(caller), std::move(draft), longest_stamp);
    const auto text = event_text(envelope, update);
    const auto type_begin = text_before_type(longest_stamp).size();
    const auto time = text_of_time(longest_stamp);
    const auto time_begin = text.find(time, type_begin);
    event.from_type = text.substr(type_begin, time_begin - type_begin);
    event.from_version = text.substr(time_begin + time.size());
    // No JSON string contains either of these texts: their quotes would be escaped.
    if (is_new)
        open_gap(event, event.from_version.find(R"("data":{"id":")" + prefix + number), number);
    else if (is_end)
        open_gap(event, event.from_version.rfind(end_of_data(longest_stamp.at)),
                format_rfc3339(longest_stamp.at));
    return event;
}

std::string publish(store::transaction& tx, const caller& caller, const prepared_event& event) {
    return publish_text(tx, caller, event, {event.from_version, {}, {}});
}

std::string publish_created(
        store::transaction& tx, const caller& caller, const prepared_event& event, resource_id created) {
    return publish_filled(tx, caller, event, std::to_string(created.value));
}

std::string publish_deleted(store::transaction& tx, const caller& caller, const prepared_event& event) {
    return publish_filled(tx, caller, event, format_rfc3339(tx.now()));
}

void publish_refusal(
        store::transaction& tx, const caller& caller, const json::object& user, const gate_refusal& refusal) {
    json::object data{{"organization_id", caller.organization.text()},
            {"directory_id", caller.directory.text()}, {"reason", refusal.reason},
            {"detail", refusal.detail}};
    if (!refusal.domain.empty())
        data["domain"] = refusal.domain;
    if (!refusal.address.empty())
        data["address"] = refusal.address;
    if (const auto warning = warning_of(refusal.domain); !warning.empty())
        data["domain_warning"] = warning;
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
    publish(tx, caller, std::move(draft));
}

}  // namespace scimd::service
