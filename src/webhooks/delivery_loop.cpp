#include "webhooks/delivery_loop.hpp"

#include "store/tenants.hpp"

#include <algorithm>
#include <utility>

namespace scimd::webhooks {
namespace {

namespace webhooks = service::webhooks;
namespace rows = store::webhooks;
using std::chrono::milliseconds;

constexpr milliseconds turn_pause_max{1'000};
constexpr milliseconds finish_step{50};
constexpr std::chrono::seconds reconcile_interval{1};
constexpr std::chrono::seconds thorough_interval{10};
constexpr std::chrono::seconds retry_pause{1};
constexpr std::size_t unsettled_max = 4'096;
constexpr std::size_t rounds_opened_max = 100;    // in one transaction
constexpr std::size_t slept_through_max = 1'000;  // events, before everybody looks at the log
constexpr std::int64_t lanes_max = 1'000'000;

counter& attempts_counter(metrics_registry& metrics, std::string_view outcome)
{
    return metrics.counter_of("scimd_webhook_attempts_total", "Webhook attempts.", {{"outcome", outcome}});
}

organization_id tenant_of(store::transaction& tx, const rows::settings& of)
{
    if (of.organization)
        return *of.organization;
    const auto owner = of.directory ? store::tenants::owner_of(tx, *of.directory) : std::nullopt;
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
      exhausted_(dependencies.metrics.counter_of("scimd_webhook_dead_letters_total", "Deliveries given up.")),
      in_flight_(dependencies.metrics.gauge_of("scimd_webhook_in_flight", "Webhook attempts under way.")),
      attempt_time_(
          dependencies.metrics.histogram_of("scimd_webhook_attempt_seconds", "Duration of webhook attempts.")
      )
{
    store::run(dependencies_.database, store::intent::write, [&](store::transaction& tx) {
        if (options_.has_store_alone)
            rows::release_all_leases(tx);
        recent_ = recent_events(rows::newest_event(tx));
        return store::verdict::commit;
    });
}

// The writer may be at work for us still.
delivery_loop::~delivery_loop()
{
    std::unique_lock hold(writing_lock_);
    written_round_.wait(hold, [this] { return write_state_ != write_state::under_way; });
}

void delivery_loop::notify() noexcept
{
    if (!is_notified_.exchange(true))
        out_.wake();
}

void delivery_loop::wait(milliseconds patience)
{
    out_.wait(is_notified_ ? milliseconds(0) : patience, results_);
}

milliseconds delivery_loop::run_once()
{
    take_results();
    const auto now = dependencies_.wall_clock.now();
    record_time(now);
    const bool is_thorough = now >= next_full_flush_;
    wake_due(now);
    load();
    reconcile();
    send_due();
    park(now);
    write_results(is_thorough || is_finishing_);
    renew_leases();
    in_flight_.set(static_cast<std::int64_t>(attempts_.size()));
    return until_next();
}

void delivery_loop::finish(milliseconds patience)
{
    is_finishing_ = true;
    const auto end = std::chrono::steady_clock::now() + patience;
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

void delivery_loop::take_results()
{
    for (const auto& one : std::exchange(results_, {}))
        record_result(one);
}

void delivery_loop::record_result(const delivery_result& what)
{
    const auto known = attempts_.extract(what.number);
    if (known.empty())
        return;
    in_flight_tenants_.remove(known.mapped().tenant);
    if (known.mapped().is_unhealthy)
        unhealthy_.remove(known.mapped().tenant);
    (what.seen.is_success() ? successes_ : failures_).add();
    attempt_time_.observe_us(static_cast<std::uint64_t>(what.milliseconds) * 1'000);
    ++unsettled_;
    const auto to = queues_.find(known.mapped().to);
    if (to == queues_.end())
        return;
    to->second->receive(what, dependencies_.wall_clock.now());
    ready_.insert(to->first);
}

// A clock that was set back would make everybody wait for a time that has been.
void delivery_loop::record_time(time_point now)
{
    if (now < last_turn_)
        reconcile_at_ = open_at_ = next_full_flush_ = renew_at_ = write_at_ = {};
    last_turn_ = now;
}

// All look at the log from time to time, so that nobody's position falls behind.
void delivery_loop::wake_due(time_point now)
{
    while (!timers_.empty() && timers_.begin()->first <= now)
        ready_.insert(timers_.extract(timers_.begin()).value().second);
    if (now < next_full_flush_ && unannounced_events_ < slept_through_max)
        return;
    unannounced_events_ = 0;
    for (const auto& [id, one] : queues_)
        ready_.insert(ready_.end(), id);
}

// Wakes those that may be told of what is new.
void delivery_loop::follow_log(store::transaction& tx)
{
    recent_.extend(tx, [&](const store::events::event& one) {
        tenants_with_events_.insert(one.organization);
        ++unannounced_events_;
    });
    if (tenants_with_events_.empty())
        return;
    for (const auto& [id, one] : queues_)
        if (one->tenant().value == 0 || tenants_with_events_.contains(one->tenant()))
            ready_.insert(id);
    tenants_with_events_.clear();
}

// One transaction for all that is read in a turn.
void delivery_loop::load()
{
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

void delivery_loop::read_endpoints(store::transaction& tx)
{
    endpoint_revisions_.clear();
    for (const auto& row : rows::list(tx, {}, webhooks::endpoints_max)) {
        const auto waiting = row.disabled ? rows::list_waiting(tx, row.id, 1) : std::vector<rows::delivery>();
        const bool has_test = !waiting.empty() && waiting.front().test_body;
        if (!row.disabled || has_test)
            endpoint_revisions_.emplace(row.id, row.revision);
    }
}

// An endpoint that has changed gets a new courier, once the old one has come to rest.
void delivery_loop::reconcile()
{
    const auto now = dependencies_.wall_clock.now();
    if (now < reconcile_at_)
        return;
    reconcile_at_ = now + reconcile_interval;
    stop_outdated();
    if (is_finishing_)
        return;
    std::erase_if(queues_, [](const auto& one) {
        return one.second->is_stopped() && one.second->is_at_rest();
    });
    const bool has_retired =
        std::ranges::any_of(queues_, [](const auto& one) { return one.second->is_stopped(); });
    if (has_retired)
        reconcile_at_ = {};  // it does not take long
    if (now >= open_at_)
        claim_endpoints();
}

void delivery_loop::stop_outdated()
{
    const auto now = dependencies_.wall_clock.now();
    for (auto& [id, one] : queues_) {
        const auto wanted = endpoint_revisions_.find(id);
        const bool is_current = wanted != endpoint_revisions_.end() && wanted->second == one->row().revision;
        if (is_finishing_ || !is_current || one->is_outdated(now))
            one->stop();
    }
}

// Claims what is wanted and not delivered to yet. This waits for a commit; it is rare.
void delivery_loop::claim_endpoints()
{
    std::vector<webhook_id> missing;
    for (const auto& [id, revision] : endpoint_revisions_)
        if (!queues_.contains(id) && missing.size() < rounds_opened_max)
            missing.push_back(id);
    if (missing.empty())
        return;
    open_at_ = dependencies_.wall_clock.now() + retry_pause;  // for those that are not to be had now
    std::vector<claimed_endpoint> opened;
    store::run(dependencies_.database, store::intent::write, [&](store::transaction& tx) {
        opened.clear();
        for (const auto id : missing) {
            if (!rows::claim(tx, id, {options_.owner, tx.now() + options_.lease}))
                continue;
            auto row = *rows::find(tx, id);
            const auto tenant = tenant_of(tx, row.is);
            opened.push_back(
                {std::move(row),
                 rows::list_directory_queues(tx, id, lanes_max),
                 webhooks::open_keys(tx, dependencies_.key_vault, id),
                 tenant}
            );
        }
        return store::verdict::commit;
    });
    for (auto& one : opened) {
        const auto id = one.row.id;
        endpoint_revisions_[id] = one.row.revision;
        queues_[id] =
            std::make_unique<endpoint_queue>(std::move(one), dependencies_.rules, dependencies_.random);
        ready_next_.insert(id);
    }
    if (opened.size() == missing.size())
        open_at_ = {};
    if (!opened.empty())
        is_notified_ = true;  // there is something to load
}

// --- sending

bool delivery_loop::may_send() const
{
    const bool can_write = write_state_ != write_state::refused && unsettled_ < unsettled_max;
    return !is_finishing_ && can_write && !in_flight_tenants_.is_full();
}

// One shipment each, whoever was served longest ago first, round after round until nobody has any.
void delivery_loop::send_due()
{
    in_flight_tenants_.take_waiting(ready_);
    unhealthy_.take_waiting(ready_);
    std::vector<endpoint_queue*> in_turn;
    for (const auto id : ready_)
        if (const auto from = queues_.find(id); from != queues_.end() && may_send())
            in_turn.push_back(from->second.get());
    std::ranges::stable_sort(in_turn, {}, &endpoint_queue::last_request);
    while (!in_turn.empty())
        std::erase_if(in_turn, [this](endpoint_queue* from) { return !may_send() || !send_next(*from); });
}

bool delivery_loop::send_next(endpoint_queue& from)
{
    const bool is_unproven = !from.is_healthy();
    const auto tenant = from.tenant();
    const auto id = from.row().id;
    if (!in_flight_tenants_.has_room_or_wait(tenant, id) ||
        (is_unproven && !unhealthy_.has_room_or_wait(tenant, id)))
        return false;
    auto what = from.take(++last_number_, dependencies_.wall_clock.now());
    if (!what)
        return false;
    attempts_.emplace(what->number, attempt{id, tenant, is_unproven});
    in_flight_tenants_.add(tenant);
    if (is_unproven)
        unhealthy_.add(tenant);
    if (what->refusal.empty()) {
        out_.send(std::move(*what));
    } else {
        results_.push_back(
            {.number = what->number, .seen = {}, .milliseconds = 0, .error = what->refusal, .response = {}}
        );
        is_notified_ = true;
    }
    return true;
}

// Whoever has been looked at sleeps until something happens to it again. `now` was before it was looked at,
// so that no time that has come meanwhile is lost.
void delivery_loop::park(time_point now)
{
    for (const auto id : ready_) {
        looked_at_.insert(id);
        const auto one = queues_.find(id);
        if (const auto due = one == queues_.end() ? std::nullopt : one->second->next_due(now))
            timers_.emplace(*due, id);
    }
    if (may_send())
        ready_.clear();
    ready_.merge(std::exchange(ready_next_, {}));
}

// --- writing

// Whether another round may be written now.
bool delivery_loop::record_written()
{
    const auto state = write_state_.load();
    if (state == write_state::under_way)
        return false;
    if (state == write_state::refused)
        return dependencies_.wall_clock.now() >= write_at_;
    if (state == write_state::idle)
        return true;
    exhausted_.add(given_up_);
    for (const auto& one : settlements_) {
        if (one.disable)
            dependencies_.log.warning(
                "webhook.disabled", {{"endpoint", one.now.id.text()}, {"reason", rows::to_text(*one.disable)}}
            );
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

void delivery_loop::collect_settlements(bool is_thorough)
{
    if (is_thorough)
        for (const auto& [id, one] : queues_)
            looked_at_.insert(id);
    for (const auto id : std::exchange(looked_at_, {}))
        if (const auto one = queues_.find(id); one != queues_.end())
            if (auto round = one->second->settle(is_thorough))
                settlements_.push_back(std::move(*round));
}

void delivery_loop::write_results(bool is_thorough)
{
    if (!record_written())
        return;
    const auto now = dependencies_.wall_clock.now();
    if (settlements_.empty()) {
        collect_settlements(is_thorough);
        if (is_thorough)
            next_full_flush_ = now + thorough_interval;
        unsettled_ = 0;
    }
    if (settlements_.empty())
        return;
    write_at_ = now + retry_pause;
    write_state_ = write_state::under_way;
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
            write_state_ = failure ? write_state::refused : write_state::done;
            notify();
            written_round_.notify_all();
        }
    );
}

void delivery_loop::renew_leases()
{
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
        [](const std::exception_ptr&) {}  // the next one will do; results without a lease are dropped
    );
}

// --- waiting

bool delivery_loop::is_at_rest() const
{
    return is_written() &&
           std::ranges::all_of(queues_, [](const auto& one) { return one.second->is_at_rest(); });
}

milliseconds delivery_loop::until_next() const
{
    const bool is_anybody_awake = !ready_.empty() && may_send();
    if (is_anybody_awake || recent_.may_have_more() || !results_.empty())
        return milliseconds(0);
    const auto now = dependencies_.wall_clock.now();
    auto next = now + turn_pause_max;
    if (!timers_.empty())
        next = std::min(next, std::max(now, timers_.begin()->first));
    return std::chrono::ceil<milliseconds>(next - now);
}

}  // namespace scimd::webhooks
