#include "support/delivery_fixture.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace scimd::test {
namespace {

// The events of a directory's setup: created, enabled, its token. Tests count from the events that they
// cause.
constexpr std::int64_t setup_events = 3;

constexpr int iterations_max = 20'000;

arrival arrival_of(const webhooks::delivery_request& request, time_point at) {
    const auto body = parse_json_object(*request.body).value();
    arrival made{.url = request.to.text, .event = {}, .type = {}, .directory = {}, .at = at, .what = request};
    made.event = made.header("webhook-id");
    made.type = std::string(*find_string(body, "type"));
    if (const auto* sequence = find(body, "sequence"))
        made.sequence = sequence->as_int64() - setup_events;
    if (const auto* directory = find_string(body, "directory_id"))
        made.directory = std::string(*directory);
    return made;
}

webhooks::delivery_result result_of(std::uint64_t number, const reaction& with) {
    webhooks::delivery_result made;
    made.number = number;
    made.outcome.status = with.is_timeout ? 0 : with.status;
    made.outcome.is_timeout = with.is_timeout;
    if (with.retry_after_s)
        made.outcome.retry_after = std::chrono::seconds(*with.retry_after_s);
    made.milliseconds = 7;
    made.error = with.error;
    made.response = with.body;
    return made;
}

}  // namespace

std::string arrival::header(std::string_view name) const {
    for (const auto& [key, value] : what.headers)
        if (key == name)
            return value;
    return {};
}

void scripted_sender::send(webhooks::delivery_request request) {
    arrivals.push_back(arrival_of(request, wall_clock_.now()));
    const auto answer = react ? react(arrivals.back()) : reaction();
    if (answer)
        results_.push_back(result_of(request.number, *answer));
    else
        held.push_back(request.number);
    held_most = std::max(held_most, held.size());
}

void scripted_sender::wait(std::chrono::milliseconds, std::vector<webhooks::delivery_result>& into) {
    for (auto& one : std::exchange(results_, {}))
        into.push_back(std::move(one));
}

void scripted_sender::answer_oldest(const reaction& with) {
    results_.push_back(result_of(held.at(0), with));
    held.erase(held.begin());
}

void scripted_sender::answer_held(const reaction& with) {
    for (const auto number : std::exchange(held, {}))
        results_.push_back(result_of(number, with));
}

delivery_fixture::delivery_fixture() {
    options.owner = "first";
    loop = open(options);
}

std::unique_ptr<webhooks::delivery_loop> delivery_fixture::open(const webhooks::delivery_options& with) {
    return std::make_unique<webhooks::delivery_loop>(with,
            webhooks::delivery_dependencies{.database = *database,
                    .wall_clock = clock,
                    .random = random,
                    .key_vault = key_vault,
                    .rules = server.webhook_rules,
                    .environment = server.environment,
                    .log = quiet_,
                    .metrics = metrics},
            out);
}

std::string delivery_fixture::path(const std::string& endpoint) {
    return "/api/v1/webhook-endpoints/" + endpoint;
}

std::string delivery_fixture::make_endpoint(std::string_view more, std::string_view url) {
    const auto answer = operate("POST", "/api/v1/webhook-endpoints",
            R"({"url":")" + std::string(url) + '"' + std::string(more) + "}");
    if (answer.status != 201)
        throw std::runtime_error(answer.text);
    return answer.text_of("id");
}

json::object delivery_fixture::shown(const std::string& endpoint) {
    return operate("GET", path(endpoint)).body;
}

void delivery_fixture::make_user_in(
        const std::string& where, const std::string& bearer, std::string_view name) {
    const auto made = call("POST", "/directory/" + where + "/scim/v2/Users", user_text(name),
            {{"Authorization", "Bearer " + bearer}, {"Content-Type", "application/scim+json"}});
    ASSERT_EQ(made.status, 201) << made.text;
}

// The loop writes its results on the thread of the store: it is idle when nothing happened in several
// iterations.
void delivery_fixture::settle_down(webhooks::delivery_loop& loop) {
    int idle = 0;
    for (int i = 0; i < iterations_max; ++i) {
        loop.notify();
        const bool is_idle = loop.run_once().count() > 0 && loop.is_written();
        loop.wait(std::chrono::milliseconds(0));
        idle = is_idle ? idle + 1 : 0;
        if (idle > 3)
            return;
        if (!is_idle)
            std::this_thread::yield();
    }
    throw std::runtime_error("deliveries have no end");
}

void delivery_fixture::deliver() {
    settle_down(*loop);
}

void delivery_fixture::deliver_for(std::chrono::seconds duration, std::chrono::seconds step) {
    for (auto passed = std::chrono::seconds(0); passed < duration; passed += step) {
        clock.advance(step);
        deliver();
    }
}

void delivery_fixture::restart() {
    loop.reset();
    out.held.clear();
    loop = open(options);
}

std::vector<std::int64_t> delivery_fixture::sequences() const {
    std::vector<std::int64_t> found;
    for (const auto& one : out.arrivals)
        found.push_back(one.sequence);
    return found;
}

}  // namespace scimd::test
