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

// Whether the status reports an error in what was sent for a user, rather than in credentials, URL or timing.
bool is_refusal_status(int status) {
    return status == 400 || status == 409;
}

bool is_read(const request_record& record) {
    return record.status < 400 && (record.method == "GET" || record.method == "HEAD");
}

// Truncates at the end of a character (UTF-8).
std::string storable(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U)
            --bytes_max;
        text = text.substr(0, bytes_max);
    }
    return is_storable(text) ? std::string(text) : std::string();
}

json::object parse_or_empty(std::string_view text) {
    auto body = parse_json_object(text);
    return body ? std::move(*body) : json::object();
}

// The operations of a PATCH as {"op": "replace", "path": "active"}, those of a bulk request as
// {"method": "POST", "path": "/Users"}.
json::array operations_in(const json::object& body) {
    json::array listed;
    const auto* operations = find_ignoring_case(body, "Operations");
    if (!operations || !operations->is_array())
        return listed;
    for (const auto& one : operations->get_array()) {
        if (listed.size() == operations_listed_max)
            break;
        if (!one.is_object())
            continue;
        json::object fields;
        for (const std::string_view name : {"method", "op", "path"}) {
            const auto text = mask_path(storable(text_ignoring_case(one.get_object(), name), path_bytes_max));
            if (!text.empty())
                fields[name] = text;
        }
        listed.push_back(std::move(fields));
    }
    return listed;
}

// Values without effect, as {"attribute": "shoeSize", "reason": "unknown_attribute"}.
json::array ignored_in(const request_record& record) {
    if (record.status >= 400)
        return {};
    json::array listed;
    for (const auto& one : record.trace.ignored.rows())
        if (const auto name = mask_path(storable(one.name, path_bytes_max)); !name.empty())
            listed.push_back(json::object{{"attribute", name}, {"reason", scim::to_text(one.why)}});
    return listed;
}

std::string changes_text(const request_record& record, const json::object& body) {
    const auto& trace = record.trace;
    json::array listed;
    for (const auto& one : trace.changes) {
        json::object fields{{"action", one.action}, {"id", one.id}};
        fields["attributes"] = json::array(one.attributes.begin(), one.attributes.end());
        listed.push_back(std::move(fields));
    }
    return to_text(json::object{{"total", trace.total_changes}, {"changes", std::move(listed)},
            {"operations", operations_in(body)}, {"ignored", ignored_in(record)}});
}

// The refusal in a failed request for one user, unless it has been recorded already.
std::optional<refusal_record> refusal_in(const request_record& record, const json::object& body,
        const std::string& reason, const std::string& detail) {
    const bool is_user = record.path == "/Users" || record.path == "/Users/{id}";
    const bool is_write = record.method == "POST" || record.method == "PUT" || record.method == "PATCH";
    if (!record.is_known || !is_user || !is_write || record.trace.is_recorded ||
            !is_refusal_status(record.status))
        return std::nullopt;
    return refusal_record{.user = person_in(body),
            .resource_id = record.resource_id,
            .reason = reason.empty() ? "status_" + std::to_string(record.status) : reason,
            .detail = detail};
}

// The refused user. A PATCH does not name it, so missing names are read from the stored user.
person refused_person(store::transaction& tx, directory_id directory, const refusal_record& refusal) {
    auto user = refusal.user;
    const auto id = parse_prefixed(refusal.resource_id, user_prefix);
    const auto row = id ? store::resources::find(tx, directory, "User", {*id}) : std::nullopt;
    if (!row)
        return user;
    const auto document = parse_json_object(row->document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    auto stored = person_in(document);
    if (user.external_id.empty())
        user.external_id = std::move(stored.external_id);
    if (user.user_name.empty())
        user.user_name = std::move(stored.user_name);
    return user;
}

// A user without any identifier is not listed.
void record_refusal(store::transaction& tx, const request_line& line, const refusal_record& refusal) {
    const auto directory = line.entry.directory;
    auto user = refused_person(tx, directory, refusal);
    user.external_id = storable(user.external_id, person_name_bytes_max);
    user.user_name = storable(user.user_name, person_name_bytes_max);
    const auto subject = subject_of(user);
    if (subject.empty())
        return;
    store::refusals::record(tx, directory,
            {.subject = subject,
                    .reason = refusal.reason,
                    .user_name = user.user_name,
                    .external_id = user.external_id,
                    .detail = storable(refusal.detail, detail_bytes_max)},
            line.entry.at);
}

}  // namespace

void request_log::note(request_record record) {
    {
        const std::scoped_lock lock(mutex_);
        if (is_within_limits(record)) {
            auto& counts = counts_[record.directory];
            ++counts.all;
            if (is_read(record))
                ++counts.reads;
            queue_.push_back(std::move(record));
            return;
        }
    }
    metrics_.counter_of("scimd_request_log_dropped_total", "Requests that the log had no room for.").add();
}

bool request_log::is_within_limits(const request_record& record) {
    if (queue_.size() >= queued_records_max)
        return false;
    const bool is_rate_limited = !record.is_known || !record.user.empty();
    if (is_rate_limited && !charge_rate_limit(record))
        return false;
    const auto found = counts_.find(record.directory);
    if (found == counts_.end())
        return true;
    const auto& counts = found->second;
    return counts.all < directory_records_max && (!is_read(record) || counts.reads < directory_reads_max);
}

// Counts the request; false: the rate limit of this minute is exceeded. Requests without a valid token, or
// with a token of a user, must not displace those of the identity provider from the log of the directory.
bool request_log::charge_rate_limit(const request_record& record) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(record.at.time_since_epoch());
    if (minute != minute_) {
        minute_ = minute;
        unauthenticated_.clear();
        users_.clear();
    }
    if (record.is_known)
        return ++users_[record.directory] <= users_a_minute_max;
    if (unauthenticated_.size() >= unauthenticated_directories_max &&
            !unauthenticated_.contains(record.directory))
        return false;
    return ++unauthenticated_[record.directory] <= unauthenticated_a_minute_max;
}

std::vector<request_record> request_log::take(std::size_t records_max) {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() <= records_max) {
        counts_.clear();
        return std::exchange(queue_, {});
    }
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(records_max);
    std::vector<request_record> taken(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    for (const auto& one : taken) {
        auto& counts = counts_[one.directory];
        --counts.all;
        if (is_read(one))
            --counts.reads;
    }
    std::erase_if(counts_, [](const auto& entry) { return entry.second.all == 0; });
    return taken;
}

request_line to_line(const request_record& record) {
    const auto body = parse_or_empty(record.trace.body);
    const auto answer = record.status >= 400 ? parse_or_empty(record.answer) : json::object();
    const std::string scim_type(text_ignoring_case(answer, "scimType"));
    const auto detail = storable(text_ignoring_case(answer, "detail"), detail_bytes_max);
    const auto& made = record.trace.changes;
    request_line line;
    line.entry = {.directory = record.directory,
            .at = record.at,
            .method = storable(record.method, method_bytes_max),
            .path = record.path,
            .query = mask_query(record.query),
            .status = record.status,
            .scim_type = scim_type,
            .detail = mask_detail(detail, record.resource_id),
            .microseconds = record.microseconds,
            .request_id = storable(record.request_id, request_id_bytes_max),
            .resource_id = mask_id(
                    record.resource_id.empty() && !made.empty() ? made.front().id : record.resource_id),
            .changes = changes_text(record, body),
            .provider = record.provider,
            .agent = storable(record.agent, agent_bytes_max),
            .user = record.user,
            .body = mask_body(record.trace.body)};
    line.refused = record.trace.refusals;
    if (record.status >= 400)  // the request was not applied, so skipped parts do not matter
        std::erase_if(line.refused, [](const refusal_record& one) { return is_warning(one.reason); });
    if (auto refused = refusal_in(record, body, scim_type, detail))
        line.refused.push_back(std::move(*refused));
    for (const auto& change : record.trace.changes)
        if (!change.user.external_id.empty() || !change.user.user_name.empty())
            line.succeeded.push_back(change.user);
    return line;
}

void write_line(store::transaction& tx, const request_line& line, const request_retention& keep) {
    const auto directory = line.entry.directory;
    if (keep.entries_max > 0 && !store::request_log::insert(tx, line.entry))
        return;
    for (const auto& user : line.succeeded)
        resolve_refusals(tx, directory, user, line.entry.at);
    for (const auto& refused : line.refused)
        record_refusal(tx, line, refused);
}

bool trim_requests(store::transaction& tx, directory_id directory, const request_retention& keep) {
    const auto old = tx.now() - refusals_kept_for;
    const auto gone = {store::request_log::trim(tx, directory, keep.entries_max, trimmed_at_a_time),
            store::refusals::trim(tx, directory, refusals_max, trimmed_at_a_time),
            store::refusals::trim_before(tx, directory, old, trimmed_at_a_time)};
    return std::ranges::any_of(gone, [](auto rows) { return rows == trimmed_at_a_time; });
}

bool trim_old_requests(store::transaction& tx, const request_retention& keep) {
    return store::request_log::trim_before(tx, tx.now() - keep.kept_for, trimmed_at_a_time) ==
           trimmed_at_a_time;
}

void resolve_refusals(store::transaction& tx, directory_id directory, const person& user, time_point at) {
    // The user may have been refused before the identity provider sent its externalId.
    const auto name = fold(user.user_name);
    const auto& id = user.external_id.empty() ? name : user.external_id;
    if (!id.empty())
        store::refusals::resolve(tx, directory, id, name.empty() ? id : name, at);
}

}  // namespace scimd::service
