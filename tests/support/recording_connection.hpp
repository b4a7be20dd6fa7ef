// Passes statements on and remembers them, to look at their texts and SQLite's plans for them. One thread.
#pragma once

#include "store/sql.hpp"

#include <string>
#include <vector>

namespace scimd::test {

class recording_connection final : public store::sql::connection {
public:
    explicit recording_connection(store::sql::connection& target) : target_(target) {}

    using store::sql::connection::run;
    std::int64_t run(
        const store::sql::statement& what,
        std::span<const store::sql::parameter> parameters,
        const store::sql::row_handler& each
    ) override
    {
        texts.emplace_back(what.text);
        return target_.run(what, parameters, each);
    }

    // How SQLite would run a statement, a line a step.
    std::string plan_of(const std::string& text)
    {
        const std::string question = "explain query plan " + text;
        const std::vector<store::sql::parameter> unassigned(1'100);
        std::string plan;
        target_.run({"explain", question}, unassigned, [&](const store::sql::row& step) {
            plan.append(step.text(3)).append("\n");
        });
        return plan;
    }

    std::vector<std::string> texts;

private:
    store::sql::connection& target_;
};

}  // namespace scimd::test
