#include "support/delivery_house.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace scimd::test {
namespace {

// A directory's first events are its own: created, enabled, its token. Tests count from those that they
// cause.
constexpr std::int64_t told_before = 3;

constexpr int turns_max = 20'000;

arrival arrival_of(const app::shipment& what, time_point at)
{
    const auto body = parse_json_object(*what.body).value();
    arrival made{.url = what.to.text, .event = {}, .type = {}, .directory = {}, .at = at, .what = what};
    made.event = made.header("webhook-id");
    made.type = std::string(*find_string(body, "type"));
    if (const auto* sequence = find(body, "sequence"))
        made.sequence = sequence->as_int64() - told_before;
    if (const auto* directory = find_string(body, "directory_id"))
        made.directory = std::string(*directory);
    return made;
}

app::receipt receipt_of(std::uint64_t number, const reaction& with)
{
    app::receipt made;
    made.number = number;
    made.seen.status = with.is_timeout ? 0 : with.status;
    made.seen.is_timeout = with.is_timeout;
    if (with.retry_after_s)
        made.seen.retry_after = std::chrono::seconds(*with.retry_after_s);
    made.milliseconds = 7;
    made.error = with.error;
    made.response = with.body;
    return made;
}

}  // namespace

std::string arrival::header(std::string_view name) const
{
    for (const auto& [key, value] : what.headers)
        if (key == name)
            return value;
    return {};
}

void scripted_sender::send(app::shipment what)
{
    arrivals.push_back(arrival_of(what, wall_.now()));
    const auto answer = react ? react(arrivals.back()) : reaction();
    if (answer)
        receipts_.push_back(receipt_of(what.number, *answer));
    else
        held.push_back(what.number);
    held_most = std::max(held_most, held.size());
}

void scripted_sender::wait(std::chrono::milliseconds, std::vector<app::receipt>& into)
{
    for (auto& one : std::exchange(receipts_, {}))
        into.push_back(std::move(one));
}

void scripted_sender::answer_oldest(const reaction& with)
{
    receipts_.push_back(receipt_of(held.at(0), with));
    held.erase(held.begin());
}

void scripted_sender::answer_held(const reaction& with)
{
    for (const auto number : std::exchange(held, {}))
        receipts_.push_back(receipt_of(number, with));
}

delivery_house::delivery_house()
{
    options.owner = "first";
    loop = open(options);
}

std::unique_ptr<app::delivery> delivery_house::open(const app::delivery_options& with)
{
    return std::make_unique<app::delivery>(
        with,
        app::delivery_surroundings{
            .database = *database,
            .wall = clock,
            .random = random,
            .safe = safe,
            .rules = house.webhook_rules,
            .environment = house.environment,
            .log = quiet_,
            .figures = figures
        },
        out
    );
}

std::string delivery_house::path(const std::string& endpoint)
{
    return "/api/v1/webhook-endpoints/" + endpoint;
}

std::string delivery_house::make_endpoint(std::string_view more, std::string_view url)
{
    const auto answer = operate(
        "POST", "/api/v1/webhook-endpoints", R"({"url":")" + std::string(url) + '"' + std::string(more) + "}"
    );
    if (answer.status != 201)
        throw std::runtime_error(answer.text);
    return answer.text_of("id");
}

json::object delivery_house::shown(const std::string& endpoint)
{
    return operate("GET", path(endpoint)).body;
}

// A round is written on the store's thread: when nothing has been sent for many turns, nothing will be.
void delivery_house::make_user_in(const std::string& where, const std::string& bearer, std::string_view name)
{
    const auto made = call(
        "POST",
        "/directory/" + where + "/scim/v2/Users",
        user_text(name),
        {{"Authorization", "Bearer " + bearer}, {"Content-Type", "application/scim+json"}}
    );
    ASSERT_EQ(made.status, 201) << made.text;
}

void delivery_house::settle_down(app::delivery& which)
{
    int idle = 0;
    for (int i = 0; i < turns_max; ++i) {
        which.ring();
        const bool is_idle = which.turn().count() > 0 && which.is_written();
        which.wait(std::chrono::milliseconds(0));
        idle = is_idle ? idle + 1 : 0;
        if (idle > 3)
            return;
        if (!is_idle)
            std::this_thread::yield();
    }
    throw std::runtime_error("deliveries have no end");
}

void delivery_house::deliver()
{
    settle_down(*loop);
}

void delivery_house::deliver_for(std::chrono::seconds duration, std::chrono::seconds step)
{
    for (auto passed = std::chrono::seconds(0); passed < duration; passed += step) {
        clock.advance(step);
        deliver();
    }
}

void delivery_house::restart()
{
    loop.reset();
    out.held.clear();
    loop = open(options);
}

std::vector<std::int64_t> delivery_house::sequences() const
{
    std::vector<std::int64_t> found;
    for (const auto& one : out.arrivals)
        found.push_back(one.sequence);
    return found;
}

}  // namespace scimd::test
