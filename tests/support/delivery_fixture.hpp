// Deliveries with everything real but the way out and the time: what is sent is seen, and answered, here.
#pragma once

#include "support/api_fixture.hpp"
#include "webhooks/delivery_loop.hpp"
#include "webhooks/sender.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::test {

// What a receiver answers; empty: nothing, until it is told to.
struct reaction {
    int status = 200;
    bool is_timeout = false;
    std::optional<std::int64_t> retry_after_s{};
    std::string body{};
    std::string error{};
};

// Arrived at a receiver.
struct arrival {
    std::string url;
    std::string event;  // webhook-id
    std::string type;
    std::int64_t sequence = 0;
    std::string directory;
    time_point at{};
    webhooks::delivery_request what;

    [[nodiscard]] std::string header(std::string_view name) const;
};

class scripted_sender final : public webhooks::sender {
public:
    explicit scripted_sender(const clock& wall_clock) : wall_clock_(wall_clock) {}

    void send(webhooks::delivery_request what) override;
    void wait(std::chrono::milliseconds patience, std::vector<webhooks::delivery_result>& into) override;
    void wake() noexcept override {}

    // Answers what has not been answered.
    void answer_held(const reaction& with);
    void answer_oldest(const reaction& with);

    std::function<std::optional<reaction>(const arrival&)> react;
    std::vector<arrival> arrivals;
    std::vector<std::uint64_t> held;
    std::size_t held_most = 0;

private:
    const clock& wall_clock_;
    std::vector<webhooks::delivery_result> receipts_;
};

class delivery_fixture : public api_fixture {
public:
    delivery_fixture();

    // The id; `more` are further members of the body.
    std::string make_endpoint(std::string_view more = "", std::string_view url = "https://app.example/hook");
    json::object shown(const std::string& endpoint);
    // In another directory than the house's own, with a token of it.
    void make_user_in(const std::string& where, const std::string& bearer, std::string_view name);

    // Turns until there is nothing to do at this time. Throws when that has no end.
    void deliver();
    // The same in steps of time, up to that much later.
    void deliver_for(std::chrono::seconds duration, std::chrono::seconds step);
    // The process dies and another one begins.
    void restart();

    [[nodiscard]] std::vector<std::int64_t> sequences() const;  // of the arrivals, in their order
    [[nodiscard]] static std::string path(const std::string& endpoint);

    scripted_sender out{clock};
    webhooks::delivery_options options;
    std::unique_ptr<webhooks::delivery_loop> loop;

    [[nodiscard]] std::unique_ptr<webhooks::delivery_loop> open(const webhooks::delivery_options& with);
    static void settle_down(webhooks::delivery_loop& which);

private:
    logger quiet_{[](std::string_view) {}};
};

}  // namespace scimd::test
