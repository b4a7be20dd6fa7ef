// A database that lets a test do something of its own just before a write of the request under test: what
// other clients do between the preparation of a change and its turn. One thread.
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

class interposed_database final : public store::database {
public:
    explicit interposed_database(std::unique_ptr<store::database> real) : real_(std::move(real)) {}

    // What it does itself passes without it, and is not counted.
    std::function<void(store::intent)> before;

    // Puts something around a task of the request under test; it runs where the task does.
    std::function<store::task(store::intent, store::task)> around;
    std::size_t reads = 0;
    std::size_t scans = 0;
    std::size_t writes = 0;

    using database::submit;
    void submit(
        store::intent mode, const store::scheduling_key& key, store::task what, store::completion done
    ) override
    {
        if (!is_inside_)
            note(mode);
        if (!is_inside_ && around)
            what = around(mode, std::move(what));
        real_->submit(mode, key, std::move(what), std::move(done));
    }
    void on_commit(std::function<void()> bell) override { real_->on_commit(std::move(bell)); }
    std::string why_not_writable() const override { return real_->why_not_writable(); }
    bool is_broken() const override { return real_->is_broken(); }
    void backup(const std::filesystem::path& target) override { real_->backup(target); }
    std::vector<std::string> check() override { return real_->check(); }
    void close() override { real_->close(); }

private:
    void note(store::intent mode)
    {
        reads += mode == store::intent::read || mode == store::intent::inline_read ? 1 : 0;
        scans += mode == store::intent::scan ? 1 : 0;
        writes += mode == store::intent::write ? 1 : 0;
        if (!before)
            return;
        const auto act = before;  // which may replace itself
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
