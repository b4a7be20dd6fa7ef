#include "service/request_log/request_log.hpp"

#include "base/json/json.hpp"
#include "base/text.hpp"
#include "service/request_log/error_hints.hpp"
#include "service/request_log/mask.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace scimd::service {
namespace {

constexpr std::size_t detail_bytes_max = 500;
constexpr std::size_t agent_bytes_max = 200;
constexpr std::size_t method_bytes_max = 16;
constexpr std::size_t person_name_bytes_max = 1'024;
constexpr std::size_t path_bytes_max = 100;
constexpr std::size_t request_id_bytes_max = 128;
constexpr std::size_t operations_listed_max = 20;
constexpr std::int64_t trimmed_at_a_time = 500;

// Faults of what was sent for a user: not of its credentials, its address or its time.
bool is_ledger_status(int status)
{
    return status == 400 || status == 409;
}

bool is_read(const request_record& what)
{
    return what.status < 400 && (what.method == "GET" || what.method == "HEAD");
}

// Cut where a character ends.
std::string storable(std::string_view text, std::size_t bytes_max)
{
    if (text.size() > bytes_max) {
        while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U)
            --bytes_max;
        text = text.substr(0, bytes_max);
    }
    return is_storable(text) ? std::string(text) : std::string();
}

json::object parsed(std::string_view text)
{
    auto body = parse_json_object(text);
    return body ? std::move(*body) : json::object();
}

// {"op": "replace", "path": "active"} of a PATCH, {"method": "POST", "path": "/Users"} of a bulk request.
json::array operations_in(const json::object& body)
{
    json::array listed;
    const auto* operations = find_ignoring_case(body, "Operations");
    if (!operations || !operations->is_array())
        return listed;
    for (const auto& one : operations->get_array()) {
        if (listed.size() == operations_listed_max)
            break;
        if (!one.is_object())
            continue;
        json::object told;
        for (const std::string_view name : {"method", "op", "path"}) {
            const auto text = mask_path(storable(text_ignoring_case(one.get_object(), name), path_bytes_max));
            if (!text.empty())
                told[name] = text;
        }
        listed.push_back(std::move(told));
    }
    return listed;
}

// {"attribute": "shoeSize", "reason": "unknown_attribute"} of what was said without effect.
json::array ignored_in(const request_record& from)
{
    if (from.status >= 400)
        return {};
    json::array listed;
    for (const auto& one : from.trace.ignored.rows())
        if (const auto name = mask_path(storable(one.name, path_bytes_max)); !name.empty())
            listed.push_back(json::object{{"attribute", name}, {"reason", scim::to_text(one.why)}});
    return listed;
}

std::string changes_text(const request_record& what, const json::object& body)
{
    const auto& from = what.trace;
    json::array listed;
    for (const auto& one : from.changes) {
        json::object told{{"action", one.action}, {"id", one.id}};
        told["attributes"] = json::array(one.attributes.begin(), one.attributes.end());
        listed.push_back(std::move(told));
    }
    return to_text(json::object{
        {"total", from.total_changes},
        {"changes", std::move(listed)},
        {"operations", operations_in(body)},
        {"ignored", ignored_in(what)}
    });
}

// Of a request for one user that was refused and is not in the ledger yet.
std::optional<refusal_record> refusal_in(
    const request_record& what, const json::object& body, const std::string& reason, const std::string& detail
)
{
    const bool is_user = what.path == "/Users" || what.path == "/Users/{id}";
    const bool is_write = what.method == "POST" || what.method == "PUT" || what.method == "PATCH";
    if (!what.is_known || !is_user || !is_write || what.trace.is_recorded || !is_ledger_status(what.status))
        return std::nullopt;
    return refusal_record{
        .who = person_in(body),
        .resource_id = what.resource_id,
        .reason = reason.empty() ? "status_" + std::to_string(what.status) : reason,
        .detail = detail
    };
}

// A PATCH does not say whom it is about: the user who is there does.
person complete(store::transaction& tx, directory_id where, const refusal_record& what)
{
    auto who = what.who;
    const auto id = parse_prefixed(what.resource_id, user_prefix);
    const auto row = id ? store::resources::find(tx, where, "User", {*id}) : std::nullopt;
    if (!row)
        return who;
    const auto document = parse_json_object(row->document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    auto stored = person_in(document);
    if (who.external_id.empty())
        who.external_id = std::move(stored.external_id);
    if (who.user_name.empty())
        who.user_name = std::move(stored.user_name);
    return who;
}

// Somebody who cannot be told from others is not listed.
void record_refusal(store::transaction& tx, const request_line& of, const refusal_record& what)
{
    const auto where = of.entry.directory;
    auto who = complete(tx, where, what);
    who.external_id = storable(who.external_id, person_name_bytes_max);
    who.user_name = storable(who.user_name, person_name_bytes_max);
    const auto subject = subject_of(who);
    if (subject.empty())
        return;
    store::refusals::record(
        tx,
        where,
        {.subject = subject,
         .reason = what.reason,
         .user_name = who.user_name,
         .external_id = who.external_id,
         .detail = storable(what.detail, detail_bytes_max)},
        of.entry.at
    );
}

}  // namespace

void request_log::note(request_record what)
{
    {
        const std::scoped_lock lock(mutex_);
        if (has_room(what)) {
            auto& counts = counts_[what.directory];
            ++counts.all;
            if (is_read(what))
                ++counts.reads;
            waiting_.push_back(std::move(what));
            return;
        }
    }
    metrics_.counter_of("scimd_request_log_dropped_total", "Requests that the log had no room for.").add();
}

bool request_log::has_room(const request_record& what)
{
    if (waiting_.size() >= request_notes_max)
        return false;
    const bool is_guest = !what.is_known || !what.user.empty();
    if (is_guest && !has_room_for_guest(what))
        return false;
    const auto found = counts_.find(what.directory);
    if (found == counts_.end())
        return true;
    const auto& counts = found->second;
    return counts.all < directory_notes_max && (!is_read(what) || counts.reads < directory_reads_max);
}

// Whoever has no token of a directory, or one of a user, must not push its own requests out of its log.
bool request_log::has_room_for_guest(const request_record& what)
{
    const auto minute = std::chrono::floor<std::chrono::minutes>(what.at.time_since_epoch());
    if (minute != minute_) {
        minute_ = minute;
        strangers_.clear();
        users_.clear();
    }
    if (what.is_known)
        return ++users_[what.directory] <= users_a_minute_max;
    if (strangers_.size() >= strangers_directories_max && !strangers_.contains(what.directory))
        return false;
    return ++strangers_[what.directory] <= strangers_a_minute_max;
}

std::vector<request_record> request_log::take(std::size_t most)
{
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() <= most) {
        counts_.clear();
        return std::exchange(waiting_, {});
    }
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(most);
    std::vector<request_record> taken(
        std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end)
    );
    waiting_.erase(waiting_.begin(), end);
    for (const auto& one : taken) {
        auto& counts = counts_[one.directory];
        --counts.all;
        if (is_read(one))
            --counts.reads;
    }
    std::erase_if(counts_, [](const auto& entry) { return entry.second.all == 0; });
    return taken;
}

request_line to_line(const request_record& from)
{
    const auto body = parsed(from.trace.body);
    const auto answer = from.status >= 400 ? parsed(from.answer) : json::object();
    const std::string scim_type(text_ignoring_case(answer, "scimType"));
    const auto detail = storable(text_ignoring_case(answer, "detail"), detail_bytes_max);
    const auto& made = from.trace.changes;
    request_line line;
    line.entry = {
        .directory = from.directory,
        .at = from.at,
        .method = storable(from.method, method_bytes_max),
        .path = from.path,
        .query = mask_query(from.query),
        .status = from.status,
        .scim_type = scim_type,
        .detail = mask_detail(detail, from.resource_id),
        .microseconds = from.microseconds,
        .request_id = storable(from.request_id, request_id_bytes_max),
        .resource_id =
            mask_id(from.resource_id.empty() && !made.empty() ? made.front().id : from.resource_id),
        .changes = changes_text(from, body),
        .provider = from.provider,
        .agent = storable(from.agent, agent_bytes_max),
        .user = from.user,
        .body = mask_body(from.trace.body)
    };
    line.refused = from.trace.refusals;
    if (from.status >= 400)  // nothing was passed over of what was not done
        std::erase_if(line.refused, [](const refusal_record& one) { return is_warning(one.reason); });
    if (auto refused = refusal_in(from, body, scim_type, detail))
        line.refused.push_back(std::move(*refused));
    for (const auto& change : from.trace.changes)
        if (!change.who.external_id.empty() || !change.who.user_name.empty())
            line.succeeded.push_back(change.who);
    return line;
}

void write_line(store::transaction& tx, const request_line& what, const request_retention& keep)
{
    const auto where = what.entry.directory;
    if (keep.entries_max > 0 && !store::request_log::insert(tx, what.entry))
        return;
    for (const auto& who : what.succeeded)
        resolve_refusals(tx, where, who, what.entry.at);
    for (const auto& refused : what.refused)
        record_refusal(tx, what, refused);
}

bool trim_requests(store::transaction& tx, directory_id where, const request_retention& keep)
{
    const auto old = tx.now() - refusals_kept_for;
    const auto gone = {
        store::request_log::trim(tx, where, keep.entries_max, trimmed_at_a_time),
        store::refusals::trim(tx, where, refusals_max, trimmed_at_a_time),
        store::refusals::trim_before(tx, where, old, trimmed_at_a_time)
    };
    return std::ranges::any_of(gone, [](auto rows) { return rows == trimmed_at_a_time; });
}

bool trim_old_requests(store::transaction& tx, const request_retention& keep)
{
    return store::request_log::trim_before(tx, tx.now() - keep.kept_for, trimmed_at_a_time) ==
           trimmed_at_a_time;
}

void resolve_refusals(store::transaction& tx, directory_id where, const person& who, time_point at)
{
    // It may have been refused before the identity provider sent its own id.
    const auto name = fold(who.user_name);
    const auto& id = who.external_id.empty() ? name : who.external_id;
    if (!id.empty())
        store::refusals::resolve(tx, where, id, name.empty() ? id : name, at);
}

}  // namespace scimd::service
