#include "webhooks/delivery_loop.hpp"

#include "store/tenants.hpp"

#include <algorithm>
#include <utility>

namespace scimd::webhooks {
namespace {

namespace webhooks = service::webhooks;
namespace rows = store::webhooks;
using std::chrono::milliseconds;

constexpr milliseconds wait_max{1'000};
constexpr milliseconds finish_step{50};
constexpr std::chrono::seconds reconcile_interval{1};
constexpr std::chrono::seconds full_flush_interval{10};
constexpr std::chrono::seconds retry_pause{1};    // after a claim or a write that failed
constexpr std::size_t unsettled_max = 4'096;      // results in memory; sending pauses beyond
constexpr std::size_t claims_max = 100;           // in one transaction
constexpr std::size_t unread_events_max = 1'000;  // beyond, all endpoints read the log
constexpr std::int64_t directory_queues_max = 1'000'000;

counter& attempts_counter(metrics_registry& metrics, std::string_view outcome) {
    return metrics.counter_of("scimd_webhook_attempts_total", "Webhook attempts.", {{"outcome", outcome}});
}

organization_id tenant_of(store::transaction& tx, const rows::settings& settings) {
    if (settings.organization)
        return *settings.organization;
    const auto owner = settings.directory ? store::tenants::owner_of(tx, *settings.directory) : std::nullopt;
    return owner.value_or(organization_id{});
}

}  // namespace

delivery_loop::delivery_loop(delivery_options options, const delivery_dependencies& dependencies, sender& out)
        : options_(std::move(options)),
          dependencies_(dependencies),
          out_(out),
          in_flight_tenants_(options_.attempts_max),
          unhealthy_(options_.unhealthy_attempts_max),
          successes_(attempts_counter(dependencies.metrics, "success")),
          failures_(attempts_counter(dependencies.metrics, "failure")),
          exhausted_(dependencies.metrics.counter_of(
                  "scimd_webhook_dead_letters_total", "Deliveries given up.")),
          in_flight_(dependencies.metrics.gauge_of("scimd_webhook_in_flight", "Webhook attempts under way.")),
          attempt_time_(dependencies.metrics.histogram_of(
                  "scimd_webhook_attempt_seconds", "Duration of webhook attempts.")) {
    store::run(dependencies_.database, store::intent::write, [&](store::transaction& tx) {
        if (options_.has_store_alone)
            rows::release_all_leases(tx);
        recent_ = recent_events(rows::newest_event(tx));
        return store::verdict::commit;
    });
}

// Waits for a write that is running, because it uses members.
delivery_loop::~delivery_loop() {
    std::unique_lock hold(writing_lock_);
    write_ended_.wait(hold, [this] { return write_state_ != write_state::running; });
}

void delivery_loop::notify() noexcept {
    if (!is_notified_.exchange(true))
        out_.wake();
}

void delivery_loop::wait(milliseconds time_max) {
    out_.wait(is_notified_ ? milliseconds(0) : time_max, results_);
}

milliseconds delivery_loop::run_once() {
    take_results();
    const auto now = dependencies_.wall_clock.now();
    record_time(now);
    const bool is_full_flush = now >= next_full_flush_;
    wake_due(now);
    load();
    reconcile();
    send_due();
    park(now);
    write_results(is_full_flush || is_finishing_);
    renew_leases();
    in_flight_.set(static_cast<std::int64_t>(attempts_.size()));
    return until_next();
}

void delivery_loop::finish(milliseconds time_max) {
    is_finishing_ = true;
    const auto end = std::chrono::steady_clock::now() + time_max;
    const auto is_cancelled = [this] { return dependencies_.is_cancelled && *dependencies_.is_cancelled; };
    while (std::chrono::steady_clock::now() < end && !is_cancelled()) {
        run_once();
        if (is_at_rest())
            break;
        wait(finish_step);
    }
    store::run(dependencies_.database, store::intent::write, [this](store::transaction& tx) {
        for (const auto& [id, one] : queues_)
            rows::release_lease(tx, id, one->row().fence);
        return store::verdict::commit;
    });
}

void delivery_loop::take_results() {
    for (const auto& one : std::exchange(results_, {}))
        record_result(one);
}

void delivery_loop::record_result(const delivery_result& result) {
    const auto known = attempts_.extract(result.number);
    if (known.empty())
        return;
    in_flight_tenants_.remove(known.mapped().tenant);
    if (known.mapped().is_unhealthy)
        unhealthy_.remove(known.mapped().tenant);
    (result.outcome.is_success() ? successes_ : failures_).add();
    attempt_time_.observe_us(static_cast<std::uint64_t>(result.milliseconds) * 1'000);
    ++unsettled_;
    const auto queue = queues_.find(known.mapped().endpoint);
    if (queue == queues_.end())
        return;
    queue->second->receive(result, dependencies_.wall_clock.now());
    ready_.insert(queue->first);
}

// Resets the times when the clock was set back: otherwise everything would wait until it has caught up.
void delivery_loop::record_time(time_point now) {
    if (now < last_run_)
        reconcile_at_ = claim_at_ = next_full_flush_ = renew_at_ = write_at_ = {};
    last_run_ = now;
}

// Makes endpoints ready whose timers have expired. From time to time all of them are, so that the positions
// of those without events follow the log.
void delivery_loop::wake_due(time_point now) {
    while (!timers_.empty() && timers_.begin()->first <= now)
        ready_.insert(timers_.extract(timers_.begin()).value().second);
    if (now < next_full_flush_ && unread_events_ < unread_events_max)
        return;
    unread_events_ = 0;
    for (const auto& [id, one] : queues_)
        ready_.insert(ready_.end(), id);
}

// Reads the new events and makes the endpoints of their tenants ready.
void delivery_loop::follow_log(store::transaction& tx) {
    recent_.extend(tx, [&](const store::events::event& one) {
        tenants_with_events_.insert(one.organization);
        ++unread_events_;
    });
    if (tenants_with_events_.empty())
        return;
    for (const auto& [id, one] : queues_)
        if (one->tenant().value == 0 || tenants_with_events_.contains(one->tenant()))
            ready_.insert(id);
    tenants_with_events_.clear();
}

// Everything that an iteration reads, in one transaction.
void delivery_loop::load() {
    if (is_notified_.exchange(false))
        recent_.expect_more();
    store::run(dependencies_.database, store::intent::read, [&](store::transaction& tx) {
        if (const auto changes = rows::changes(tx); changes != known_changes_) {
            read_endpoints(tx);
            known_changes_ = changes;
            reconcile_at_ = {};
        }
        follow_log(tx);
        std::erase_if(ready_, [this](webhook_id id) { return !queues_.contains(id); });
        ready_next_.clear();
        for (const auto id : ready_)
            if (queues_.at(id)->load(tx, recent_))
                ready_next_.insert(id);
        return store::verdict::commit;
    });
}

void delivery_loop::read_endpoints(store::transaction& tx) {
    endpoint_revisions_.clear();
    for (const auto& row : rows::list(tx, {}, webhooks::endpoints_max)) {
        const auto waiting = row.disabled ? rows::list_waiting(tx, row.id, 1) : std::vector<rows::delivery>();
        const bool has_test = !waiting.empty() && waiting.front().test_body;
        if (!row.disabled || has_test)
            endpoint_revisions_.emplace(row.id, row.revision);
    }
}

// Replaces the queues of endpoints that have changed, once nothing of the old queue is in flight or
// unwritten.
void delivery_loop::reconcile() {
    const auto now = dependencies_.wall_clock.now();
    if (now < reconcile_at_)
        return;
    reconcile_at_ = now + reconcile_interval;
    stop_outdated();
    if (is_finishing_)
        return;
    std::erase_if(
            queues_, [](const auto& one) { return one.second->is_stopped() && one.second->is_at_rest(); });
    const bool is_any_stopped =
            std::ranges::any_of(queues_, [](const auto& one) { return one.second->is_stopped(); });
    if (is_any_stopped)
        reconcile_at_ = {};  // it will be at rest soon
    if (now >= claim_at_)
        claim_endpoints();
}

void delivery_loop::stop_outdated() {
    const auto now = dependencies_.wall_clock.now();
    for (auto& [id, one] : queues_) {
        const auto wanted = endpoint_revisions_.find(id);
        const bool is_current = wanted != endpoint_revisions_.end() && wanted->second == one->row().revision;
        if (is_finishing_ || !is_current || one->is_outdated(now))
            one->stop();
    }
}

// Claims the leases of endpoints without a queue, and makes their queues. Waits for a commit, which is rare.
void delivery_loop::claim_endpoints() {
    std::vector<webhook_id> missing;
    for (const auto& [id, revision] : endpoint_revisions_)
        if (!queues_.contains(id) && missing.size() < claims_max)
            missing.push_back(id);
    if (missing.empty())
        return;
    claim_at_ = dependencies_.wall_clock.now() + retry_pause;  // for leases that another process has
    std::vector<claimed_endpoint> claimed;
    store::run(dependencies_.database, store::intent::write, [&](store::transaction& tx) {
        claimed.clear();
        for (const auto id : missing) {
            if (!rows::claim(tx, id, {options_.owner, tx.now() + options_.lease}))
                continue;
            auto row = *rows::find(tx, id);
            const auto tenant = tenant_of(tx, row.is);
            claimed.push_back({std::move(row), rows::list_directory_queues(tx, id, directory_queues_max),
                    webhooks::open_keys(tx, dependencies_.key_vault, id), tenant});
        }
        return store::verdict::commit;
    });
    for (auto& one : claimed) {
        const auto id = one.row.id;
        endpoint_revisions_[id] = one.row.revision;
        queues_[id] =
                std::make_unique<endpoint_queue>(std::move(one), dependencies_.rules, dependencies_.random);
        ready_next_.insert(id);
    }
    if (claimed.size() == missing.size())
        claim_at_ = {};
    if (!claimed.empty())
        is_notified_ = true;  // the new queues have to load
}

// --- sending

bool delivery_loop::may_send() const {
    const bool can_write = write_state_ != write_state::failed && unsettled_ < unsettled_max;
    return !is_finishing_ && can_write && !in_flight_tenants_.is_full();
}

// Sends one request of each endpoint, the least recently served first, and repeats until none has any.
void delivery_loop::send_due() {
    in_flight_tenants_.take_waiting(ready_);
    unhealthy_.take_waiting(ready_);
    std::vector<endpoint_queue*> sending;
    for (const auto id : ready_)
        if (const auto queue = queues_.find(id); queue != queues_.end() && may_send())
            sending.push_back(queue->second.get());
    std::ranges::stable_sort(sending, {}, &endpoint_queue::last_request);
    while (!sending.empty())
        std::erase_if(sending, [this](endpoint_queue* queue) { return !may_send() || !send_next(*queue); });
}

bool delivery_loop::send_next(endpoint_queue& queue) {
    const bool is_unhealthy = !queue.is_healthy();
    const auto tenant = queue.tenant();
    const auto id = queue.row().id;
    if (!in_flight_tenants_.admit_or_wait(tenant, id) ||
            (is_unhealthy && !unhealthy_.admit_or_wait(tenant, id)))
        return false;
    auto request = queue.take(++last_number_, dependencies_.wall_clock.now());
    if (!request)
        return false;
    attempts_.emplace(request->number, attempt{id, tenant, is_unhealthy});
    in_flight_tenants_.add(tenant);
    if (is_unhealthy)
        unhealthy_.add(tenant);
    if (request->refusal.empty()) {
        out_.send(std::move(*request));
    } else {
        results_.push_back({.number = request->number,
                .outcome = {},
                .milliseconds = 0,
                .error = request->refusal,
                .response = {}});
        is_notified_ = true;
    }
    return true;
}

// Makes the visited endpoints wait for their next event, result or timer. `now` was taken before they were
// visited, so that a timer that has expired meanwhile is not lost.
void delivery_loop::park(time_point now) {
    for (const auto id : ready_) {
        visited_.insert(id);
        const auto one = queues_.find(id);
        if (const auto due = one == queues_.end() ? std::nullopt : one->second->next_due(now))
            timers_.emplace(*due, id);
    }
    if (may_send())
        ready_.clear();
    ready_.merge(std::exchange(ready_next_, {}));
}

// --- writing

// Handles the end of the last write; returns whether another one may begin.
bool delivery_loop::finish_write() {
    const auto state = write_state_.load();
    if (state == write_state::running)
        return false;
    if (state == write_state::failed)
        return dependencies_.wall_clock.now() >= write_at_;
    if (state == write_state::idle)
        return true;
    exhausted_.add(given_up_);
    for (const auto& one : settlements_) {
        if (one.disable)
            dependencies_.log.warning("webhook.disabled",
                    {{"endpoint", one.now.id.text()}, {"reason", rows::to_text(*one.disable)}});
        if (const auto found = queues_.find(one.now.id); found != queues_.end()) {
            found->second->confirm();
            ready_.insert(one.now.id);
        }
    }
    for (const auto id : lost_) {
        dependencies_.log.warning("webhook.lease_lost", {{"endpoint", id.text()}});
        queues_.erase(id);
    }
    if (!lost_.empty())
        known_changes_ = -1;
    settlements_.clear();
    lost_.clear();
    write_state_ = write_state::idle;
    return true;
}

void delivery_loop::collect_settlements(bool is_full_flush) {
    if (is_full_flush)
        for (const auto& [id, one] : queues_)
            visited_.insert(id);
    for (const auto id : std::exchange(visited_, {}))
        if (const auto one = queues_.find(id); one != queues_.end())
            if (auto settlement = one->second->settle(is_full_flush))
                settlements_.push_back(std::move(*settlement));
}

void delivery_loop::write_results(bool is_full_flush) {
    if (!finish_write())
        return;
    const auto now = dependencies_.wall_clock.now();
    if (settlements_.empty()) {
        collect_settlements(is_full_flush);
        if (is_full_flush)
            next_full_flush_ = now + full_flush_interval;
        unsettled_ = 0;
    }
    if (settlements_.empty())
        return;
    write_at_ = now + retry_pause;
    write_state_ = write_state::running;
    dependencies_.database.submit(
            store::intent::write,
            [this](store::transaction& tx) {
                lost_.clear();
                given_up_ = 0;
                for (const auto& one : settlements_)
                    if (const auto given_up = webhooks::write_settlement(tx, dependencies_.environment, one))
                        given_up_ += *given_up;
                    else
                        lost_.push_back(one.now.id);
                return store::verdict::commit;
            },
            [this](const std::exception_ptr& failure) {
                const std::lock_guard hold(writing_lock_);
                write_state_ = failure ? write_state::failed : write_state::done;
                notify();
                write_ended_.notify_all();
            });
}

void delivery_loop::renew_leases() {
    const auto now = dependencies_.wall_clock.now();
    if (queues_.empty() || now < renew_at_)
        return;
    renew_at_ = now + options_.lease / 3;
    dependencies_.database.submit(
            store::intent::write,
            [owner = options_.owner, until = now + options_.lease](store::transaction& tx) {
                rows::renew_leases(tx, {owner, until});
                return store::verdict::commit;
            },
            [](const std::exception_ptr&) {}
            // retried before the lease ends; results without a lease are dropped
    );
}

// --- waiting

bool delivery_loop::is_at_rest() const {
    return is_written() &&
           std::ranges::all_of(queues_, [](const auto& one) { return one.second->is_at_rest(); });
}

milliseconds delivery_loop::until_next() const {
    const bool can_send = !ready_.empty() && may_send();
    if (can_send || recent_.may_have_more() || !results_.empty())
        return milliseconds(0);
    const auto now = dependencies_.wall_clock.now();
    auto next = now + wait_max;
    if (!timers_.empty())
        next = std::min(next, std::max(now, timers_.begin()->first));
    return std::chrono::ceil<milliseconds>(next - now);
}

}  // namespace scimd::webhooks
