#include "api/scim/change_request.hpp"

#include "api/render.hpp"
#include "api/scim/group_write.hpp"
#include "api/scim/preparation.hpp"
#include "base/spooled_text.hpp"
#include "base/work_budget.hpp"
#include "service/scim/provisioning.hpp"

#include <utility>
#include <variant>

namespace scimd::api {
namespace {

namespace resources = store::resources;

using shared_change = std::shared_ptr<const service::prepared_change>;

// The response without the members or groups that would take a scan of their own.
http::response show_alone(
        const change_request& asked, const shared_change& change, service::representation made) {
    if (answers_without_body(asked.request, change->shown))
        return scim_version(204, made);
    return scim_resource(asked.request, asked.status, std::move(made));
}

// The response that shows the changed resource.
reply show(const change_request& asked, const shared_change& change, service::representation made) {
    const auto& request = asked.request;
    if (!made.later || answers_without_body(request, change->shown))
        return show_alone(asked, change, std::move(made));
    // RFC 7644 §3.5.2 allows a response to PATCH without the resource unless the request asks for attributes.
    // A client that adds one member to very many has no use for the whole list.
    if (request.http.method == "PATCH" && change->type->name == "Group" && made.later->wanted.is_default())
        return scim_version(204, made);
    service::target target{change->type, std::move(made.later->id), {}, std::move(made.later->wanted)};
    auto on_failure = [&request, status = asked.status, made = std::move(made)] {
        return scim_resource(request, status, made);
    };
    return read_whole(asked.server, request, asked.status, std::move(target), std::move(on_failure));
}

// Makes the response after the commit, outside of the writer, where no other request waits for it.
reply answer(const shared_request& asked, const shared_change& change, const service::written& done) {
    if (service::is_shown_alone(*change))
        return after_commit{[asked, change, done] {
            return show(*asked, change, service::represent_alone(asked->request.caller, *change, done));
        }};
    return transaction_step{store::intent::read,
            [asked, change, done](store::transaction& tx) {
                return show(*asked, change, service::represent(tx, asked->request.caller, *change, done));
            },
            [asked, change, done] {
                return show_alone(
                        *asked, change, service::represent_alone(asked->request.caller, *change, done));
            }};
}

result<resources::row> load(const change_request& asked, store::transaction& tx) {
    return asked.target ? service::load(tx, asked.request.caller, *asked.target) : resources::row();
}

// Writes the prepared change. Empty: the preparation is not valid any more.
std::optional<reply> apply(const shared_request& asked, const shared_change& change, store::transaction& tx) {
    const auto& request = asked->request;
    auto outcome = service::apply(tx, request.caller, *change);
    if (!outcome)
        return scim_error(request, outcome.error());
    if (const auto* refusal = std::get_if<service::refused>(&*outcome))
        return committed_error{scim_error(request, refusal->reason)};
    if (const auto* done = std::get_if<service::written>(&*outcome))
        return answer(asked, change, *done);
    return std::nullopt;
}

reply begin_attempt(const shared_request& asked, int attempt);

// Runs in the writer, after the unfinished membership jobs of the resource.
reply write(const shared_request& asked, std::function<reply(store::transaction&)> run) {
    if (asked->target)
        return write_behind_jobs(asked->server, asked->request, *asked->target, std::move(run));
    return transaction_step{store::intent::write, std::move(run)};
}

reply write_prepared(const shared_request& asked, const shared_change& change, int attempt) {
    return write(asked, [asked, change, attempt](store::transaction& tx) -> reply {
        if (auto checked = recheck(asked->request, tx); !checked)
            return scim_error(asked->request, checked.error());
        if (auto outcome = apply(asked, change, tx))
            return std::move(*outcome);
        record_conflict(asked->server, asked->request, asked->charged);
        if (attempt < preparations_max)
            return begin_attempt(asked, attempt + 1);
        return prepare_in_writer(asked->request, [&] { return change_here(asked, tx); });
    });
}

reply prepare(const shared_request& asked, resources::row found, store::transaction& snapshot, int attempt) {
    auto prepared = asked->prepare(snapshot, std::move(found));
    if (!prepared)
        return scim_error(asked->request, prepared.error());
    const auto change = std::make_shared<const service::prepared_change>(std::move(*prepared));
    // The change holds both states as documents, the text, and the event.
    constexpr std::size_t copies = 5;
    asked->request.prepared_bytes = change->text.size() * copies;
    if (!change->is_done_already())
        return write_prepared(asked, change, attempt);
    const auto done = service::unchanged_result(*change);
    return show(*asked, change, service::represent(snapshot, asked->request.caller, *change, done));
}

reply begin_attempt(const shared_request& asked, int attempt) {
    return prepare_on_snapshot({.request = asked->request,
            .states = 2,
            .load = [asked](store::transaction& snapshot) { return load(*asked, snapshot); },
            .prepare =
                    [asked, attempt](store::transaction& snapshot, resources::row found) {
                        return prepare(asked, std::move(found), snapshot, attempt);
                    }});
}

}  // namespace

shared_request share(change_request asked) {
    asked.charged = asked.request.budget.here();
    return std::make_shared<const change_request>(std::move(asked));
}

reply change_in_two_parts(const shared_request& asked) {
    return begin_attempt(asked, 1);
}

reply change_here(const shared_request& asked, store::transaction& tx) {
    if (auto checked = recheck(asked->request, tx); !checked)
        return scim_error(asked->request, checked.error());
    auto found = load(*asked, tx);
    if (!found)
        return scim_error(asked->request, found.error());
    auto prepared = asked->prepare(tx, std::move(*found));
    if (!prepared)
        return scim_error(asked->request, prepared.error());
    const auto change = std::make_shared<const service::prepared_change>(std::move(*prepared));
    return apply(asked, change, tx).value();
}

bool answers_without_body(const request_context& request, const scim::projection& shown) {
    if (request.http.method != "PATCH" || request.caller.patch_status != 204)
        return false;
    auto asked = shown;
    asked.requested.clear();
    return asked.is_default();
}

reply read_whole(const server_context& server, const request_context& request, int status,
        service::target target, std::function<http::response()> on_failure) {
    return transaction_step{store::intent::scan,
            [&server, &request, status, target = std::move(target)](store::transaction& tx) -> reply {
                spooled_text body(server.spooled_responses, request.caller.organization.value);
                auto found = service::get_whole(tx, request.caller, target, body);
                if (!found)
                    return scim_error(request, found.error());
                if (auto matched = target.conditions.check_match(found->version); !matched)
                    return scim_error(request, matched.error());
                return long_scim_resource(request, status, std::move(*found), std::move(body));
            },
            std::move(on_failure)};
}

}  // namespace scimd::api
