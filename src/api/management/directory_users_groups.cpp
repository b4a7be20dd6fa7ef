// Users and groups of a directory, page by page, with the sequence number at which they are true: a client
// that loads them and then follows the events behind that number misses nothing.
#include "api/management/list_token.hpp"
#include "api/management/management_request.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "service/management/directory_view.hpp"
#include "store/directory_pages.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace pages = store::directory_pages;
namespace resources = store::resources;

constexpr number_bounds directory_page_size_bounds{1, 1'000, 10};
constexpr std::size_t documents_bytes_max = 8 * 1024 * 1024;  // a page of large ones ends early
constexpr std::size_t group_bytes = 128;                      // what a group of a user adds to them
constexpr std::int64_t summary_groups_max = 100'000;

// The query of a request, and the text that its page tokens are bound to.
struct page_request {
    pages::selection which;
    bool has_detail = false;
    std::string query;
};

result<std::optional<resource_id>> read_group(const request_context& request) {
    const auto text = query_parameter(request, "directory_group_id");
    if (!text || text->empty())
        return std::optional<resource_id>();
    const auto number = parse_prefixed(*text, group_prefix);
    if (!number)
        return error{errc::invalid_value, "directory_group_id is not valid."};
    return std::optional(resource_id{*number});
}

result<std::optional<time_point>> read_updated_after(const request_context& request) {
    const auto text = query_parameter(request, "updated_after");
    if (!text || text->empty())
        return std::optional<time_point>();
    const auto when = parse_rfc3339(*text);
    if (!when)
        return error{errc::invalid_value, "updated_after must be a timestamp of RFC 3339."};
    return when;
}

result<bool> flag_parameter(const request_context& request, std::string_view name) {
    const auto text = query_parameter(request, name);
    if (!text || text->empty() || equals_ignoring_case(*text, "false"))
        return false;
    if (equals_ignoring_case(*text, "true"))
        return true;
    return error{errc::invalid_value, std::string(name) + " must be true or false."};
}

result<page_request> read_page(const request_context& request, std::string_view list) {
    page_request wanted;
    const auto size = number_parameter(request, "page_size", directory_page_size_bounds);
    if (!size)
        return size.error();
    const auto group =
            list == "users" ? read_group(request) : result<std::optional<resource_id>>(std::nullopt);
    if (!group)
        return group.error();
    const auto updated_after = read_updated_after(request);
    if (!updated_after)
        return updated_after.error();
    const auto detail = flag_parameter(request, "include_detail");
    if (!detail)
        return detail.error();
    if (const auto external = flag_parameter(request, "include_external_groups"); !external)
        return external.error();
    wanted.which = {
            *group, *updated_after, std::nullopt, false, *size + 1};  // one more says whether to go on
    wanted.has_detail = *detail;
    wanted.query = std::string(list) + '\n' + request.parameter("directory") + '\n' +
                   (*group ? std::to_string((*group)->value) : "") + '\n' +
                   (*updated_after ? format_rfc3339(**updated_after) : "");
    const auto text = query_parameter(request, "page_token");
    if (!text || text->empty())
        return wanted;
    const auto token = list_token::parse(*text, wanted.query);
    if (!token)
        return token.error();
    wanted.which.from = token->at;
    wanted.which.is_backwards = token->is_backwards;
    return wanted;
}

struct row_page {
    std::vector<resources::row> rows;
    bool has_more = false;  // in the direction of the reading

    static row_page read(const std::function<void(const pages::visitor&)>& list, std::int64_t limit,
            const std::function<std::size_t(const resources::row&)>& bytes_of) {
        row_page made;
        std::size_t bytes = 0;
        list([&](const resources::row& row) {
            made.has_more =
                    made.rows.size() + 1 == static_cast<std::size_t>(limit) || bytes > documents_bytes_max;
            if (made.has_more)
                return false;
            bytes += bytes_of(row);
            made.rows.push_back(row);
            return true;
        });
        return made;
    }
};

std::string token_at(const resources::row& row, bool is_backwards, const std::string& query) {
    return list_token{is_backwards, {store::to_column(row.modified), row.id}}.text(query);
}

void add_tokens(json::object& body, const row_page& read, const page_request& wanted) {
    const bool is_backwards = wanted.which.is_backwards;
    const bool has_next = is_backwards ? !read.rows.empty() : read.has_more;
    const bool has_previous = is_backwards ? read.has_more : wanted.which.from && !read.rows.empty();
    body["next_page_token"] = has_next ? token_at(read.rows.back(), false, wanted.query) : "";
    body["prev_page_token"] = has_previous ? token_at(read.rows.front(), true, wanted.query) : "";
}

using to_rows = void (*)(store::transaction&, directory_id, const pages::selection&, const pages::visitor&);
using to_total = std::int64_t (*)(store::transaction&, directory_id, const pages::selection&);
using to_shape = json::array (*)(
        store::transaction&, const service::caller&, const std::vector<resources::row>&, bool has_detail);

std::size_t bytes_of_user(store::transaction& tx, directory_id where, const resources::row& row) {
    const auto groups = static_cast<std::size_t>(resources::count_groups_of(tx, where, row.id));
    return row.document.size() + groups * group_bytes;
}

std::size_t bytes_of_group(store::transaction&, directory_id, const resources::row& row) {
    return row.document.size();
}

using to_bytes = std::size_t (*)(store::transaction&, directory_id, const resources::row&);

struct list_of {
    std::string_view name;  // "users"
    to_rows rows;
    to_total total;
    to_shape shape;
    to_bytes bytes;
};

result<http::response> list_page(management_request& request, const list_of& list) {
    auto wanted = read_page(request.context, list.name);
    if (!wanted)
        return wanted.error();
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    auto& tx = request.tx;
    const auto& group = wanted->which.group;
    if (group && !resources::find(tx, of->id, "Group", *group))
        return error{errc::not_found, "The group was not found."};
    auto read = row_page::read(
            [&](const pages::visitor& each) { list.rows(tx, of->id, wanted->which, each); },
            wanted->which.limit, [&](const resources::row& row) { return list.bytes(tx, of->id, row); });
    if (wanted->which.is_backwards)
        std::ranges::reverse(read.rows);
    auto caller = service::caller_for(request.source(), *of, request.server.schemas);
    caller.work = &request.context.budget;
    json::object body{{list.name, list.shape(tx, caller, read.rows, wanted->has_detail)},
            {"total_size", list.total(tx, of->id, wanted->which)}};
    add_tokens(body, read, *wanted);
    body["sequence"] = of->last_sequence;
    return manage_response(200, body);
}

}  // namespace

result<http::response> list_directory_users(management_request& request) {
    return list_page(request,
            {"users", pages::list_users, pages::count_users, service::directory_users, bytes_of_user});
}

result<http::response> list_directory_groups(management_request& request) {
    return list_page(request,
            {"groups", pages::list_groups, pages::count_groups, service::directory_groups, bytes_of_group});
}

result<http::response> list_group_names(management_request& request) {
    const auto of = read_directory(request);
    if (!of)
        return of.error();
    json::array listed;
    pages::each_group_name(
            request.tx, of->id, summary_groups_max, [&](resource_id id, const std::string& name) {
                listed.push_back(
                        json::object{{"id", group_id_text(id)}, {"name", name}, {"display_name", name}});
                return true;
            });
    return manage_response(
            200, {{"groups", std::move(listed)}, {"total_size", pages::count_groups(request.tx, of->id, {})},
                         {"sequence", of->last_sequence}});
}

}  // namespace scimd::api
