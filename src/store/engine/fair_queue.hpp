// A bounded queue with fair scheduling: deficit round robin over organizations, within each over its
// directories, first in first out within a directory (docs/decisions/0032).
//
// The cost of a task is known after it has run: finish() charges it, and the tenant pays with its next turns.
// Pure: no clock, no thread; the owner locks it. Tenants without tasks and debts take no memory.
#pragma once

#include "store/engine/scheduling_key.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace scimd::store {

// Limits of a queue. Customers share the places and the bytes; the operator and internal jobs have limits of
// the same size each.
struct queue_limits {
    std::size_t places_max = 4'096;
    std::size_t bytes_max = 128 * 1024 * 1024;
    std::size_t running_max = 0;   // tasks of one organization taken and not finished; 0: unlimited
    std::int64_t quantum = 1'000;  // cost that one turn allows

    // Shares: an organization may hold at most as many places as it leaves free for all others: half when it
    // is alone, a third each when there are two. An organization that holds almost nothing is accepted
    // whatever the others hold.
    static constexpr std::size_t directory_divisor = 4;
    static constexpr std::size_t small_divisor = 64;

    // The minimum and maximum cost of a task, in quanta.
    static constexpr std::int64_t cost_divisor_min = 20;
    static constexpr std::int64_t cost_quanta_max = 64;
};

// One level of deficit round robin. A node has the members balance, weight, is_listed and is_ready().
template <class Node>
class waiting_turns {
public:
    void add(Node& one, bool is_urgent = false) {
        if (std::exchange(one.is_listed, true))
            return;
        if (is_urgent)
            nodes_.push_front(&one);
        else
            nodes_.push_back(&one);
    }

    // The node whose turn it is; null when none is ready. Calls `forget` with each node that leaves the list:
    // it is not ready and owes nothing.
    template <class Forget>
    Node* next(std::int64_t quantum, const Forget& forget) {
        while (!nodes_.empty()) {
            Node& one = *nodes_.front();
            if (one.is_ready() && one.balance > 0)
                return &one;
            const auto full = quantum * one.weight;
            if (!one.is_ready() && one.balance >= 0) {
                one.balance = full;
                one.is_listed = false;
                nodes_.pop_front();
                forget(one);
                continue;
            }
            one.balance = std::min(one.balance + full, full);
            nodes_.splice(nodes_.end(), nodes_, nodes_.begin());
        }
        return nullptr;
    }

    void clear() { nodes_.clear(); }

private:
    std::list<Node*> nodes_;
};

// The queue. An Item is moved in and out.
template <class Item>
class fair_queue {
public:
    struct taken {
        tenant owner;
        Item item;
    };

    explicit fair_queue(const queue_limits& limits) : limits_(limits) {}
    fair_queue(const fair_queue&) = delete;
    fair_queue& operator=(const fair_queue&) = delete;

    // Moves from `item` only when it is accepted.
    admission push(const scheduling_key& key, Item&& item) {
        if (const auto refused = admission_of(key); refused != admission::accepted)
            return refused;
        auto& organization = organization_of(key.owner);
        auto& directory = directory_of(organization, key.owner.directory);
        directory.items.push_back({std::move(item), key.bytes});
        for (load* one : {&directory.waiting, &organization.waiting, &total_of(key.owner.of), &all_})
            one->add(key.bytes);
        organization.turns_of_directories.add(directory);
        if (organization.is_ready())
            list(organization);
        return admission::accepted;
    }

    // The next item; empty when nothing waits, or everything that waits is at its limit of running tasks.
    std::optional<taken> take() {
        auto* organization = turns_.next(limits_.quantum, [this](organization_queue& one) { forget(one); });
        if (!organization)
            return std::nullopt;
        auto* directory = organization->turns_of_directories.next(
                limits_.quantum, [&](directory_queue& one) { forget(*organization, one); });
        assert(directory);
        auto first = std::move(directory->items.front());
        directory->items.pop_front();
        const auto kind = organization->key.first;
        for (load* one : {&directory->waiting, &organization->waiting, &total_of(kind), &all_})
            one->remove(first.bytes);
        for (auto* running : {&directory->running, &organization->running, &running_})
            ++*running;
        return taken{{kind, organization->key.second, directory->id}, std::move(first.item)};
    }

    // Must be called once for each item taken, with its cost.
    void finish(const tenant& owner, std::int64_t cost) {
        auto& organization = organization_of(owner);
        auto& directory = directory_of(organization, owner.directory);
        const auto least = std::max<std::int64_t>(1, limits_.quantum / queue_limits::cost_divisor_min);
        const auto paid = std::clamp(cost, least, limits_.quantum * queue_limits::cost_quanta_max);
        directory.balance -= paid;
        organization.balance -= paid;
        for (auto* running : {&directory.running, &organization.running, &running_})
            --*running;
        if (all_.places == 0 && running_ == 0) {
            turns_.clear();  // debts only matter while others wait
            organizations_.clear();
            return;
        }
        if (directory.is_ready() || directory.balance < 0)
            organization.turns_of_directories.add(directory);
        else if (!directory.is_listed)
            forget(organization, directory);
        if (organization.is_ready() || organization.balance < 0)
            list(organization);
        else if (!organization.is_listed)
            forget(organization);
    }

    [[nodiscard]] std::size_t size() const noexcept { return all_.places; }
    [[nodiscard]] std::size_t bytes() const noexcept { return all_.bytes; }

    // Whether tasks of other tenants wait.
    [[nodiscard]] bool has_others(const tenant& than) const {
        const auto organization = organizations_.find({than.of, than.organization});
        if (organization == organizations_.end())
            return all_.places > 0;
        const auto own = organization->second.directories.find(than.directory);
        const auto places = own == organization->second.directories.end() ? 0 : own->second.waiting.places;
        return all_.places > places;
    }

    // Whether a task of that tenant's organization could be taken now: one waits, and the limit of running
    // ones is not reached.
    [[nodiscard]] bool may_take_of(const tenant& owner) const {
        const auto organization = organizations_.find({owner.of, owner.organization});
        return organization != organizations_.end() && organization->second.is_ready();
    }

    // The number of organizations with tasks or debts.
    [[nodiscard]] std::size_t known_organizations() const noexcept { return organizations_.size(); }

private:
    struct load {
        std::size_t places = 0;
        std::size_t bytes = 0;

        void add(std::size_t more) {
            ++places;
            bytes += more;
        }
        void remove(std::size_t less) {
            --places;
            bytes -= less;
        }
    };
    struct entry {
        Item item;
        std::size_t bytes = 0;
    };
    struct directory_queue {
        std::int64_t id = 0;
        std::int64_t balance = 0;
        std::int64_t weight = 1;
        bool is_listed = false;
        load waiting;
        std::size_t running = 0;
        std::deque<entry> items;

        [[nodiscard]] bool is_ready() const noexcept { return !items.empty(); }
    };
    using organization_key = std::pair<tenant::kind, std::int64_t>;
    struct organization_queue {
        organization_key key;
        std::size_t running_max = 0;
        std::int64_t balance = 0;
        std::int64_t weight = 1;
        bool is_listed = false;
        load waiting;
        std::size_t running = 0;
        std::map<std::int64_t, directory_queue> directories;
        waiting_turns<directory_queue> turns_of_directories;

        [[nodiscard]] bool is_ready() const noexcept {
            return waiting.places > 0 && (running_max == 0 || running < running_max);
        }
    };

    static std::int64_t weight_of(tenant::kind kind) noexcept {
        switch (kind) {
            case tenant::kind::operator_:
                return 4;
            case tenant::kind::internal:
                return 2;  // they serve all customers
            case tenant::kind::customer:
                break;
        }
        return 1;
    }

    load& total_of(tenant::kind kind) { return of_kind_[static_cast<std::size_t>(kind)]; }

    [[nodiscard]] admission admission_of(const scheduling_key& key) const {
        if (key.is_continued)  // each request has at most one at a time
            return admission::accepted;
        const auto& total = of_kind_[static_cast<std::size_t>(key.owner.of)];
        if (total.places >= limits_.places_max || total.bytes >= limits_.bytes_max)
            return admission::full;
        if (key.owner.of != tenant::kind::customer)
            return admission::accepted;
        const auto organization = organizations_.find({key.owner.of, key.owner.organization});
        if (organization == organizations_.end())
            return admission::accepted;
        const auto& own = organization->second;
        const auto directory = own.directories.find(key.owner.directory);
        const auto of_directory = directory == own.directories.end() ? load() : directory->second.waiting;
        const bool fits =
                is_within(own.waiting.places, of_directory.places, total.places, limits_.places_max) &&
                is_within(own.waiting.bytes, of_directory.bytes, total.bytes, limits_.bytes_max);
        return fits ? admission::accepted : admission::over_share;
    }

    // A tenant without queued tasks is within its share, however large its first task is.
    static bool is_within(std::size_t of_organization, std::size_t of_directory, std::size_t of_all,
            std::size_t most) noexcept {
        const auto left = std::max(most - of_all, most / queue_limits::small_divisor);
        const auto directory_share = std::max<std::size_t>(1, most / queue_limits::directory_divisor);
        return of_organization < left && of_directory < directory_share;
    }

    organization_queue& organization_of(const tenant& owner) {
        const organization_key key{owner.of, owner.organization};
        const auto [found, is_new] = organizations_.try_emplace(key);
        auto& one = found->second;
        if (is_new) {
            one.key = key;
            one.running_max = limits_.running_max;
            one.weight = weight_of(owner.of);
            one.balance = limits_.quantum * one.weight;
        }
        return one;
    }

    directory_queue& directory_of(organization_queue& organization, std::int64_t id) {
        const auto [found, is_new] = organization.directories.try_emplace(id);
        if (is_new) {
            found->second.id = id;
            found->second.balance = limits_.quantum;
        }
        return found->second;
    }

    // The operator goes first, except when it owes cost.
    void list(organization_queue& one) {
        turns_.add(one, one.key.first == tenant::kind::operator_ && one.balance > 0);
    }

    void forget(organization_queue& one) {
        if (one.waiting.places == 0 && one.running == 0)
            organizations_.erase(organization_key(one.key));
    }

    static void forget(organization_queue& of, directory_queue& one) {
        if (one.items.empty() && one.running == 0)
            of.directories.erase(std::int64_t(one.id));
    }

    const queue_limits limits_;
    std::map<organization_key, organization_queue> organizations_;
    waiting_turns<organization_queue> turns_;
    load of_kind_[3];
    load all_;
    std::size_t running_ = 0;
};

}  // namespace scimd::store
