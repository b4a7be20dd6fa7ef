// A database that lets a test act between the transactions of the request under test, as other clients do
// between the preparation of a change and its write (race conditions). One thread.
#pragma once

#include "store/engine/database.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace scimd::test {

// Passes every task on to the real database, and counts them by intent.
class interposed_database final : public store::database {
public:
    explicit interposed_database(std::unique_ptr<store::database> real) : real_(std::move(real)) {}

    // Called before each task. Transactions of the callback itself are passed on without a call, and not
    // counted.
    std::function<void(store::intent)> before;

    // Wraps a task of the request under test; the wrapper runs on the thread of the task.
    std::function<store::task(store::intent, store::task)> around;
    std::size_t reads = 0;
    std::size_t scans = 0;
    std::size_t writes = 0;

    using database::submit;
    void submit(store::intent mode, const store::scheduling_key& key, store::task task,
            store::completion done) override {
        if (!is_inside_)
            record(mode);
        if (!is_inside_ && around)
            task = around(mode, std::move(task));
        real_->submit(mode, key, std::move(task), std::move(done));
    }
    void on_commit(std::function<void()> callback) override { real_->on_commit(std::move(callback)); }
    std::string why_not_writable() const override { return real_->why_not_writable(); }
    bool is_broken() const override { return real_->is_broken(); }
    void backup(const std::filesystem::path& target) override { real_->backup(target); }
    std::vector<std::string> check() override { return real_->check(); }
    void close() override { real_->close(); }

private:
    void record(store::intent mode) {
        reads += mode == store::intent::read || mode == store::intent::inline_read ? 1 : 0;
        scans += mode == store::intent::scan ? 1 : 0;
        writes += mode == store::intent::write ? 1 : 0;
        if (!before)
            return;
        const auto act = before;  // a copy, since the callback may replace itself
        is_inside_ = true;
        try {
            act(mode);
        } catch (...) {
            is_inside_ = false;
            throw;
        }
        is_inside_ = false;
    }

    std::unique_ptr<store::database> real_;
    bool is_inside_ = false;
};

}  // namespace scimd::test
