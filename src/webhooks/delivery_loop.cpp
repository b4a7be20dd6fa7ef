#include "webhooks/delivery_loop.hpp"

#include "store/tenants.hpp"

#include <algorithm>
#include <utility>

namespace scimd::app {
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

counter& attempts_counter(metrics& figures, std::string_view outcome)
{
    return figures.count("scimd_webhook_attempts_total", "Webhook attempts.", {{"outcome", outcome}});
}

organization_id tenant_of(store::transaction& tx, const rows::settings& of)
{
    if (of.organization)
        return *of.organization;
    const auto owner = of.directory ? store::tenants::owner_of(tx, *of.directory) : std::nullopt;
    return owner.value_or(organization_id{});
}

}  // namespace

delivery::delivery(delivery_options options, const delivery_surroundings& around, sender& out)
    : options_(std::move(options)),
      around_(around),
      out_(out),
      under_way_(options_.flights_max),
      unproven_(options_.unproven_flights_max),
      successes_(attempts_counter(around.figures, "success")),
      failures_(attempts_counter(around.figures, "failure")),
      exhausted_(around.figures.count("scimd_webhook_dead_letters_total", "Deliveries given up.")),
      in_flight_(around.figures.level("scimd_webhook_in_flight", "Webhook attempts under way.")),
      attempt_time_(around.figures.duration("scimd_webhook_attempt_seconds", "Duration of webhook attempts."))
{
    store::run(around_.database, store::intent::write, [&](store::transaction& tx) {
        if (options_.has_store_alone)
            rows::release_all_leases(tx);
        tape_ = event_tape(rows::newest_event(tx));
        return store::verdict::commit;
    });
}

// The writer may be at work for us still.
delivery::~delivery()
{
    std::unique_lock hold(writing_lock_);
    written_round_.wait(hold, [this] { return writing_ != writing::under_way; });
}

void delivery::ring() noexcept
{
    if (!has_rung_.exchange(true))
        out_.wake();
}

void delivery::wait(milliseconds patience)
{
    out_.wait(has_rung_ ? milliseconds(0) : patience, receipts_);
}

milliseconds delivery::turn()
{
    take_receipts();
    const auto now = around_.wall.now();
    note_time(now);
    const bool is_thorough = now >= thorough_at_;
    wake_due(now);
    load();
    reconcile();
    ship();
    rest(now);
    settle(is_thorough || is_finishing_);
    renew_leases();
    in_flight_.set(static_cast<std::int64_t>(flights_.size()));
    return until_next();
}

void delivery::finish(milliseconds patience)
{
    is_finishing_ = true;
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto is_cancelled = [this] { return around_.is_cancelled && *around_.is_cancelled; };
    while (std::chrono::steady_clock::now() < end && !is_cancelled()) {
        turn();
        if (is_at_rest())
            break;
        wait(finish_step);
    }
    store::run(around_.database, store::intent::write, [this](store::transaction& tx) {
        for (const auto& [id, one] : couriers_)
            rows::release_lease(tx, id, one->row().fence);
        return store::verdict::commit;
    });
}

void delivery::take_receipts()
{
    for (const auto& one : std::exchange(receipts_, {}))
        note_receipt(one);
}

void delivery::note_receipt(const receipt& what)
{
    const auto known = flights_.extract(what.number);
    if (known.empty())
        return;
    under_way_.remove(known.mapped().tenant);
    if (known.mapped().is_unproven)
        unproven_.remove(known.mapped().tenant);
    (what.seen.is_success() ? successes_ : failures_).add();
    attempt_time_.observe_us(static_cast<std::uint64_t>(what.milliseconds) * 1'000);
    ++unsettled_;
    const auto to = couriers_.find(known.mapped().to);
    if (to == couriers_.end())
        return;
    to->second->receive(what, around_.wall.now());
    awake_.insert(to->first);
}

// A clock that was set back would make everybody wait for a time that has been.
void delivery::note_time(time_point now)
{
    if (now < last_turn_)
        reconcile_at_ = open_at_ = thorough_at_ = renew_at_ = write_at_ = {};
    last_turn_ = now;
}

// All look at the log from time to time, so that nobody's position falls behind.
void delivery::wake_due(time_point now)
{
    while (!alarms_.empty() && alarms_.begin()->first <= now)
        awake_.insert(alarms_.extract(alarms_.begin()).value().second);
    if (now < thorough_at_ && events_slept_through_ < slept_through_max)
        return;
    events_slept_through_ = 0;
    for (const auto& [id, one] : couriers_)
        awake_.insert(awake_.end(), id);
}

// Wakes those that may be told of what is new.
void delivery::follow_log(store::transaction& tx)
{
    tape_.extend(tx, [&](const store::events::event& one) {
        told_of_.insert(one.organization);
        ++events_slept_through_;
    });
    if (told_of_.empty())
        return;
    for (const auto& [id, one] : couriers_)
        if (one->tenant().value == 0 || told_of_.contains(one->tenant()))
            awake_.insert(id);
    told_of_.clear();
}

// One transaction for all that is read in a turn.
void delivery::load()
{
    if (has_rung_.exchange(false))
        tape_.expect_more();
    store::run(around_.database, store::intent::read, [&](store::transaction& tx) {
        if (const auto changes = rows::changes(tx); changes != known_changes_) {
            read_endpoints(tx);
            known_changes_ = changes;
            reconcile_at_ = {};
        }
        follow_log(tx);
        std::erase_if(awake_, [this](webhook_id id) { return !couriers_.contains(id); });
        awake_next_.clear();
        for (const auto id : awake_)
            if (couriers_.at(id)->load(tx, tape_))
                awake_next_.insert(id);
        return store::verdict::commit;
    });
}

void delivery::read_endpoints(store::transaction& tx)
{
    wanted_.clear();
    for (const auto& row : rows::list(tx, {}, webhooks::endpoints_max)) {
        const auto waiting = row.disabled ? rows::list_waiting(tx, row.id, 1) : std::vector<rows::delivery>();
        const bool has_test = !waiting.empty() && waiting.front().test_body;
        if (!row.disabled || has_test)
            wanted_.emplace(row.id, row.revision);
    }
}

// An endpoint that has changed gets a new courier, once the old one has come to rest.
void delivery::reconcile()
{
    const auto now = around_.wall.now();
    if (now < reconcile_at_)
        return;
    reconcile_at_ = now + reconcile_interval;
    retire_outdated();
    if (is_finishing_)
        return;
    std::erase_if(couriers_, [](const auto& one) {
        return one.second->is_retired() && one.second->is_at_rest();
    });
    const bool has_retired =
        std::ranges::any_of(couriers_, [](const auto& one) { return one.second->is_retired(); });
    if (has_retired)
        reconcile_at_ = {};  // it does not take long
    if (now >= open_at_)
        open_rounds();
}

void delivery::retire_outdated()
{
    const auto now = around_.wall.now();
    for (auto& [id, one] : couriers_) {
        const auto wanted = wanted_.find(id);
        const bool is_current = wanted != wanted_.end() && wanted->second == one->row().revision;
        if (is_finishing_ || !is_current || one->is_outdated(now))
            one->retire();
    }
}

// Claims what is wanted and not delivered to yet. This waits for a commit; it is rare.
void delivery::open_rounds()
{
    std::vector<webhook_id> missing;
    for (const auto& [id, revision] : wanted_)
        if (!couriers_.contains(id) && missing.size() < rounds_opened_max)
            missing.push_back(id);
    if (missing.empty())
        return;
    open_at_ = around_.wall.now() + retry_pause;  // for those that are not to be had now
    std::vector<round> opened;
    store::run(around_.database, store::intent::write, [&](store::transaction& tx) {
        opened.clear();
        for (const auto id : missing) {
            if (!rows::claim(tx, id, {options_.owner, tx.now() + options_.lease}))
                continue;
            auto row = *rows::find(tx, id);
            const auto tenant = tenant_of(tx, row.is);
            opened.push_back(
                {std::move(row),
                 rows::list_lanes(tx, id, lanes_max),
                 webhooks::open_keys(tx, around_.safe, id),
                 tenant}
            );
        }
        return store::verdict::commit;
    });
    for (auto& one : opened) {
        const auto id = one.row.id;
        wanted_[id] = one.row.revision;
        couriers_[id] = std::make_unique<courier>(std::move(one), around_.rules, around_.random);
        awake_next_.insert(id);
    }
    if (opened.size() == missing.size())
        open_at_ = {};
    if (!opened.empty())
        has_rung_ = true;  // there is something to load
}

// --- sending

bool delivery::may_ship() const
{
    const bool can_write = writing_ != writing::refused && unsettled_ < unsettled_max;
    return !is_finishing_ && can_write && !under_way_.is_full();
}

// One shipment each, whoever was served longest ago first, round after round until nobody has any.
void delivery::ship()
{
    under_way_.take_waiting(awake_);
    unproven_.take_waiting(awake_);
    std::vector<courier*> in_turn;
    for (const auto id : awake_)
        if (const auto from = couriers_.find(id); from != couriers_.end() && may_ship())
            in_turn.push_back(from->second.get());
    std::ranges::stable_sort(in_turn, {}, &courier::last_shipment);
    while (!in_turn.empty())
        std::erase_if(in_turn, [this](courier* from) { return !may_ship() || !ship_one(*from); });
}

bool delivery::ship_one(courier& from)
{
    const bool is_unproven = !from.is_proven();
    const auto tenant = from.tenant();
    const auto id = from.row().id;
    if (!under_way_.has_room_or_wait(tenant, id) || (is_unproven && !unproven_.has_room_or_wait(tenant, id)))
        return false;
    auto what = from.take(++last_number_, around_.wall.now());
    if (!what)
        return false;
    flights_.emplace(what->number, flight{id, tenant, is_unproven});
    under_way_.add(tenant);
    if (is_unproven)
        unproven_.add(tenant);
    if (what->refusal.empty()) {
        out_.send(std::move(*what));
    } else {
        receipts_.push_back(
            {.number = what->number, .seen = {}, .milliseconds = 0, .error = what->refusal, .response = {}}
        );
        has_rung_ = true;
    }
    return true;
}

// Whoever has been looked at sleeps until something happens to it again. `now` was before it was looked at,
// so that no time that has come meanwhile is lost.
void delivery::rest(time_point now)
{
    for (const auto id : awake_) {
        looked_at_.insert(id);
        const auto one = couriers_.find(id);
        if (const auto due = one == couriers_.end() ? std::nullopt : one->second->next_due(now))
            alarms_.emplace(*due, id);
    }
    if (may_ship())
        awake_.clear();
    awake_.merge(std::exchange(awake_next_, {}));
}

// --- writing

// Whether another round may be written now.
bool delivery::note_written()
{
    const auto state = writing_.load();
    if (state == writing::under_way)
        return false;
    if (state == writing::refused)
        return around_.wall.now() >= write_at_;
    if (state == writing::idle)
        return true;
    exhausted_.add(given_up_);
    for (const auto& one : written_) {
        if (one.disable)
            around_.log.warning(
                "webhook.disabled", {{"endpoint", one.now.id.text()}, {"reason", rows::to_text(*one.disable)}}
            );
        if (const auto found = couriers_.find(one.now.id); found != couriers_.end()) {
            found->second->confirm();
            awake_.insert(one.now.id);
        }
    }
    for (const auto id : lost_) {
        around_.log.warning("webhook.lease_lost", {{"endpoint", id.text()}});
        couriers_.erase(id);
    }
    if (!lost_.empty())
        known_changes_ = -1;
    written_.clear();
    lost_.clear();
    writing_ = writing::idle;
    return true;
}

void delivery::collect_settlements(bool is_thorough)
{
    if (is_thorough)
        for (const auto& [id, one] : couriers_)
            looked_at_.insert(id);
    for (const auto id : std::exchange(looked_at_, {}))
        if (const auto one = couriers_.find(id); one != couriers_.end())
            if (auto round = one->second->settle(is_thorough))
                written_.push_back(std::move(*round));
}

void delivery::settle(bool is_thorough)
{
    if (!note_written())
        return;
    const auto now = around_.wall.now();
    if (written_.empty()) {
        collect_settlements(is_thorough);
        if (is_thorough)
            thorough_at_ = now + thorough_interval;
        unsettled_ = 0;
    }
    if (written_.empty())
        return;
    write_at_ = now + retry_pause;
    writing_ = writing::under_way;
    around_.database.submit(
        store::intent::write,
        [this](store::transaction& tx) {
            lost_.clear();
            given_up_ = 0;
            for (const auto& one : written_)
                if (const auto given_up = webhooks::settle(tx, around_.environment, one))
                    given_up_ += *given_up;
                else
                    lost_.push_back(one.now.id);
            return store::verdict::commit;
        },
        [this](const std::exception_ptr& failure) {
            const std::lock_guard hold(writing_lock_);
            writing_ = failure ? writing::refused : writing::done;
            ring();
            written_round_.notify_all();
        }
    );
}

void delivery::renew_leases()
{
    const auto now = around_.wall.now();
    if (couriers_.empty() || now < renew_at_)
        return;
    renew_at_ = now + options_.lease / 3;
    around_.database.submit(
        store::intent::write,
        [owner = options_.owner, until = now + options_.lease](store::transaction& tx) {
            rows::renew_leases(tx, {owner, until});
            return store::verdict::commit;
        },
        [](const std::exception_ptr&) {}  // the next one will do; results without a lease are dropped
    );
}

// --- waiting

bool delivery::is_at_rest() const
{
    return is_written() &&
           std::ranges::all_of(couriers_, [](const auto& one) { return one.second->is_at_rest(); });
}

milliseconds delivery::until_next() const
{
    const bool is_anybody_awake = !awake_.empty() && may_ship();
    if (is_anybody_awake || tape_.may_have_more() || !receipts_.empty())
        return milliseconds(0);
    const auto now = around_.wall.now();
    auto next = now + turn_pause_max;
    if (!alarms_.empty())
        next = std::min(next, std::max(now, alarms_.begin()->first));
    return std::chrono::ceil<milliseconds>(next - now);
}

}  // namespace scimd::app
