// GET …/request-log and …/refusals: the SCIM requests of a directory, and the users that it refused.
#include "store/request_log.hpp"

#include "api/management/management_request.hpp"
#include "api/management/page_token.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/domains/domain_gate.hpp"
#include "service/request_log/error_hints.hpp"
#include "store/refusals.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace log = store::request_log;
namespace refusals = store::refusals;

constexpr number_bounds log_page_size_bounds{1, 1'000, 100};
constexpr std::size_t log_page_bytes_max = 4 * 1024 * 1024;  // a page ends early when its entries are large
constexpr std::size_t parameter_bytes_max = 1'024;

// The ignored attributes of an entry; entries of older versions have none.
json::array ignored_in(const json::object& changes) {
    const auto* listed = find_array(changes, "ignored");
    return listed ? *listed : json::array();
}

json::object to_json(const log::entry& from) {
    auto noted = parse_json_object(from.changes).value();
    return {{"id", "req_" + std::to_string(from.id)}, {"time", format_rfc3339(from.at)},
            {"method", from.method}, {"path", from.path}, {"query", from.query}, {"status", from.status},
            {"scim_type", from.scim_type}, {"detail", from.detail}, {"microseconds", from.microseconds},
            {"request_id", from.request_id}, {"resource_id", from.resource_id},
            {"operations", std::move(noted["operations"])}, {"changes", std::move(noted["changes"])},
            {"total_changes", std::move(noted["total"])}, {"ignored", ignored_in(noted)},
            {"provider", from.provider}, {"user_agent", from.agent}, {"directory_user_id", from.user},
            {"body", from.body}};
}

json::object to_json(const refusals::refusal& from) {
    json::object body{{"id", "ref_" + std::to_string(from.id)}, {"preferred_username", from.user_name},
            {"dp_id", from.external_id}, {"domain", from.domain}, {"address", from.address},
            {"user_id", from.user ? user_id_text(*from.user) : std::string()}, {"reason", from.reason},
            {"severity", service::is_warning(from.reason) ? "WARNING" : "ERROR"}, {"detail", from.detail},
            {"fix", service::how_to_fix(from.reason)}, {"count", from.count},
            {"first_refused_at", format_rfc3339(from.first_at)},
            {"last_refused_at", format_rfc3339(from.last_at)},
            {"status", from.resolved_at ? "RESOLVED" : "OPEN"}};
    if (const auto warning = service::warning_of(from.domain); !warning.empty())
        body["domain_warning"] = warning;
    if (from.resolved_at)
        body["resolved_at"] = format_rfc3339(*from.resolved_at);
    return body;
}

result<std::string> text_parameter(const request_context& request, std::string_view name) {
    const auto text = query_parameter(request, name).value_or("");
    if (text.size() > parameter_bytes_max)
        return error{errc::invalid_value, std::string(name) + " must have at most 1024 bytes."};
    return std::string(text);
}

// "409", "4xx" or "error".
result<void> read_status(std::string_view text, log::filter& into) {
    const error bad{errc::invalid_value, "status must be a number as 409, a class as 4xx, or error."};
    if (text.empty())
        return {};
    if (equals_ignoring_case(text, "error")) {
        into.status_least = 400;
        return {};
    }
    if (text.size() != 3 || text[0] < '1' || text[0] > '5')
        return bad;
    if (equals_ignoring_case(text.substr(1), "xx")) {
        into.status_least = std::int64_t{text[0] - '0'} * 100;
        into.status_most = into.status_least + 99;
        return {};
    }
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, into.status_least);
    into.status_most = into.status_least;
    return read.ec == std::errc() && read.ptr == end ? result<void>() : bad;
}

result<std::optional<time_point>> time_parameter(const request_context& request, std::string_view name) {
    const auto text = query_parameter(request, name).value_or("");
    if (text.empty())
        return std::optional<time_point>();
    const auto when = parse_rfc3339(text);
    if (!when)
        return error{errc::invalid_value, std::string(name) + " must be a timestamp of RFC 3339."};
    return when;
}

result<log::filter> read_log_filter(const request_context& request) {
    log::filter which;
    if (auto status = read_status(query_parameter(request, "status").value_or(""), which); !status)
        return status.error();
    auto method = text_parameter(request, "method");
    if (!method)
        return method.error();
    auto resource = text_parameter(request, "resource_id");
    if (!resource)
        return resource.error();
    const auto since = time_parameter(request, "since");
    if (!since)
        return since.error();
    const auto until = time_parameter(request, "until");
    if (!until)
        return until.error();
    which.method = std::move(*method);
    which.resource_id = std::move(*resource);
    which.since = *since;
    which.until = *until;
    return which;
}

result<refusals::filter> read_refusal_filter(const request_context& request) {
    refusals::filter which;
    const auto status = query_parameter(request, "status").value_or("");
    if (equals_ignoring_case(status, "open"))
        which.is_resolved = false;
    else if (equals_ignoring_case(status, "resolved"))
        which.is_resolved = true;
    else if (!status.empty() && !equals_ignoring_case(status, "all"))
        return error{errc::invalid_value, "status must be open, resolved or all."};
    auto reason = text_parameter(request, "reason");
    if (!reason)
        return reason.error();
    auto user = text_parameter(request, "user");
    if (!user)
        return user.error();
    which.reason = std::move(*reason);
    which.user = std::move(*user);
    return which;
}

// A page of either list, which go from the newest on.
struct log_page {
    std::string_view list;
    std::size_t size = 0;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
};

result<log_page> read_log_page(const request_context& request, std::string_view list) {
    const auto size = number_parameter(request, "page_size", log_page_size_bounds);
    if (!size)
        return size.error();
    const auto where = parse_page_token(list, query_parameter(request, "page_token"));
    if (!where)
        return where.error();
    if (where->is_before)
        return no_such_page();
    log_page read{list, static_cast<std::size_t>(*size)};
    if (!where->is_first())
        read.before = where->id;
    return read;
}

// Collects rows until the page is full, and then where the next one begins.
class collector {
public:
    explicit collector(const log_page& wanted) : wanted_(wanted) {}

    // false: it is full.
    bool add(std::int64_t id, json::object row, std::size_t bytes) {
        if (rows_.size() == wanted_.size || bytes_ > log_page_bytes_max) {
            next_ = to_page_token(wanted_.list, {false, last_});
            return false;
        }
        rows_.push_back(std::move(row));
        bytes_ += bytes;
        last_ = id;
        return true;
    }

    http::response answer(std::string_view name) {
        return manage_response(200, {{name, std::move(rows_)}, {"next_page_token", next_}});
    }

private:
    const log_page& wanted_;
    json::array rows_;
    std::size_t bytes_ = 0;
    std::int64_t last_ = 0;
    std::string next_;
};

// A page of a list, in the member `name`. `list_rows` is (transaction&, directory_id, filter, before,
// collector&).
template <class Filter, class List>
result<http::response> list_newest(const management_request& request, std::string_view list,
        std::string_view name, const result<Filter>& filter, List list_rows) {
    const auto wanted = read_log_page(request.context, list);
    if (!wanted)
        return wanted.error();
    if (!filter)
        return filter.error();
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    collector rows(*wanted);
    list_rows(request.tx, of->id, *filter, wanted->before, rows);
    return rows.answer(name);
}

}  // namespace

result<http::response> list_requests(management_request& request) {
    const auto list = [](auto& tx, auto of, const log::filter& filter, std::int64_t before, collector& rows) {
        log::list(tx, of, filter, before, [&rows](const log::entry& one) {
            return rows.add(one.id, to_json(one), one.body.size() + one.changes.size());
        });
    };
    return list_newest(request, "requests", "entries", read_log_filter(request.context), list);
}

result<http::response> list_refusals(management_request& request) {
    const auto list = [](auto& tx, auto of, const refusals::filter& filter, std::int64_t before,
                              collector& rows) {
        refusals::list(tx, of, filter, before, [&rows](const refusals::refusal& one) {
            return rows.add(one.id, to_json(one), one.detail.size());
        });
    };
    return list_newest(request, "refusals", "refusals", read_refusal_filter(request.context), list);
}

}  // namespace scimd::api
