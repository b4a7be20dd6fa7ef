#include "store/engine/reader_pool.hpp"

#include <algorithm>
#include <utility>

namespace scimd::store {

namespace {

using steady = std::chrono::steady_clock;

constexpr sql::statement begin_reading{"readers.begin", "begin"};
constexpr sql::statement end{"readers.end", "commit"};

// Whether the connection can be leased again.
bool settle(sqlite::connection& reader) noexcept {
    try {
        reader.set_given_up(false);
        reader.set_deadline(steady::time_point::max());
        reader.set_budget(std::nullopt);
        if (reader.in_transaction())
            reader.run(end);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

class reader_pool::lease {
public:
    explicit lease(reader_pool& owner) : owner_(owner), connection_(owner.take()) {}
    ~lease() { owner_.give_back(std::move(connection_)); }
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;

    sqlite::connection& operator*() const noexcept { return *connection_; }

private:
    reader_pool& owner_;
    connection connection_;
};

reader_pool::reader_pool(std::filesystem::path file, std::size_t connections_max, id_source& ids,
        const std::atomic<bool>* is_cancelled)
        : file_(std::move(file)), connections_max_(connections_max), ids_(ids), is_cancelled_(is_cancelled) {
    idle_.reserve(connections_max_);  // give_back() must not allocate
    expendable_.reserve(connections_max_);
    idle_.push_back(open());
}

void reader_pool::run(const task& work, time_point now, const bounds& within) {
    const lease reader(*this);
    if (within.may_be_given_up)
        list_as_expendable(*reader);
    (*reader).set_deadline(within.deadline);
    (*reader).set_budget(within.budget);
    (*reader).run(begin_reading);
    transaction snapshot(*reader, now, ids_, within.deadline);
    work(snapshot);
}

reader_pool::connection reader_pool::open() const {
    auto made = std::make_unique<sqlite::connection>(file_, sqlite::role::reader);
    made->set_cancellation(is_cancelled_);
    return made;
}

reader_pool::connection reader_pool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_)
            throw sql::busy("the store is closed");
        if (lent_ == connections_max_)
            throw sql::busy("all connections for reading are in use");
        ++lent_;
        if (!idle_.empty()) {
            connection one = std::move(idle_.back());
            idle_.pop_back();
            return one;
        }
    }
    try {
        return open();
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

void reader_pool::list_as_expendable(sqlite::connection& one) {
    const std::lock_guard lock(mutex_);
    expendable_.push_back(&one);
}

std::size_t reader_pool::give_up() {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (auto* const one : expendable_)
        count += one->set_given_up(true) ? 0 : 1;
    return count;
}

void reader_pool::give_back(connection lent) noexcept {
    {
        const std::lock_guard lock(mutex_);
        const auto listed = std::ranges::find(expendable_, lent.get());
        if (listed != expendable_.end())
            expendable_.erase(listed);
    }
    if (lent && !settle(*lent))
        lent.reset();
    const std::lock_guard lock(mutex_);
    --lent_;
    if (lent)
        idle_.push_back(std::move(lent));
    came_back_.notify_all();
}

void reader_pool::close() {
    std::vector<connection> leaving;
    std::unique_lock lock(mutex_);
    is_closed_ = true;
    came_back_.wait(lock, [this] { return lent_ == 0; });
    leaving.swap(idle_);
}

}  // namespace scimd::store
