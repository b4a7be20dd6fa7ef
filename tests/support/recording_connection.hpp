// A connection that records the statements that it passes on: their texts, SQLite's query plans, and the rows
// that they read and wrote. One thread.
#pragma once

#include "store/engine/sql.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::test {

class recording_connection final : public store::sql::connection {
public:
    explicit recording_connection(store::sql::connection& target) : target_(target) {}

    using store::sql::connection::run;
    std::int64_t run(const store::sql::statement& statement,
            std::span<const store::sql::parameter> parameters, const store::sql::row_handler& each) override {
        texts.emplace_back(statement.text);
        names.emplace_back(statement.name);
        const auto counted = [&](const store::sql::row& current) {
            ++rows_read;
            return each(current);
        };
        const auto changed = target_.run(statement, parameters, counted);
        if (changed > 0)
            written[std::string(statement.name)] += changed;
        return changed;
    }

    // Counts the statements whose names start with `start`.
    [[nodiscard]] std::size_t count_of(std::string_view start) const {
        std::size_t count = 0;
        for (const auto& name : names)
            count += name.starts_with(start) ? 1U : 0U;
        return count;
    }

    // SQLite's query plan for the statement, one step a line.
    std::string plan_of(const std::string& text) {
        const std::string question = "explain query plan " + text;
        const std::vector<store::sql::parameter> unassigned(1'100);
        std::string plan;
        target_.run({"explain", question}, unassigned,
                [&](const store::sql::row& step) { plan.append(step.text(3)).append("\n"); });
        return plan;
    }

    std::vector<std::string> texts;
    std::vector<std::string> names;
    std::size_t rows_read = 0;
    std::map<std::string, std::int64_t> written;  // rows by the name of the statement, if any

private:
    store::sql::connection& target_;
};

}  // namespace scimd::test
