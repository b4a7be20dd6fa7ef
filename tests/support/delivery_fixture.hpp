// Webhook deliveries with a scripted HTTP client and a manual clock; everything else is real. Tests see what
// is sent and choose the answers. One thread.
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

// The answer of a webhook receiver.
struct reaction {
    int status = 200;
    bool is_timeout = false;
    std::optional<std::int64_t> retry_after_s{};
    std::string body{};
    std::string error{};
};

// A delivery request as a webhook receiver gets it.
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

// Answers delivery requests as `react` says. A request for which it returns nothing stays under way until
// answer_held() or answer_oldest().
class scripted_sender final : public webhooks::sender {
public:
    explicit scripted_sender(const clock& wall_clock) : wall_clock_(wall_clock) {}

    void send(webhooks::delivery_request request) override;
    void wait(std::chrono::milliseconds patience, std::vector<webhooks::delivery_result>& into) override;
    void wake() noexcept override {}

    // Answers all requests that are under way, or the oldest of them.
    void answer_held(const reaction& with);
    void answer_oldest(const reaction& with);

    std::function<std::optional<reaction>(const arrival&)> react;
    std::vector<arrival> arrivals;
    std::vector<std::uint64_t> held;  // the numbers of the requests under way
    std::size_t held_most = 0;        // the most that were under way at a time

private:
    const clock& wall_clock_;
    std::vector<webhooks::delivery_result> results_;
};

class delivery_fixture : public api_fixture {
public:
    delivery_fixture();

    // Creates an endpoint and returns its id; `more` are further members of the body.
    std::string make_endpoint(std::string_view more = "", std::string_view url = "https://app.example/hook");
    json::object shown(const std::string& endpoint);

    // Creates a user in another directory than `directory`, with a token of that directory.
    void make_user_in(const std::string& where, const std::string& bearer, std::string_view name);

    // Runs the delivery loop until nothing is due at the present time. Throws when that has no end.
    void deliver();
    // Delivers while the clock advances in steps, for `duration` in all.
    void deliver_for(std::chrono::seconds duration, std::chrono::seconds step);
    // Replaces the delivery loop by a new one, as after a crash of the process.
    void restart();

    [[nodiscard]] std::vector<std::int64_t> sequences() const;  // of the arrivals, in order
    [[nodiscard]] static std::string path(const std::string& endpoint);

    scripted_sender out{clock};
    webhooks::delivery_options options;
    std::unique_ptr<webhooks::delivery_loop> loop;

    [[nodiscard]] std::unique_ptr<webhooks::delivery_loop> open(const webhooks::delivery_options& with);
    static void settle_down(webhooks::delivery_loop& loop);

private:
    logger quiet_{[](std::string_view) {}};
};

}  // namespace scimd::test
