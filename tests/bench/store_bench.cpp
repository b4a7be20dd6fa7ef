// What the store's functions cost on real SQLite with synchronous=FULL. One thread.
#include "store/filter_sql.hpp"
#include "store/resources.hpp"
#include "support/temp_store.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace scimd::store {
namespace {

constexpr std::int64_t users = 20'000;
constexpr std::int64_t group_members_max = 250'000;

std::string name_of(std::int64_t number) {
    return "user" + std::to_string(number) + "@example.com";
}

// About the 900 bytes of a user that an identity provider sends.
std::string document_of(std::int64_t number) {
    return R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":")" + name_of(number) +
           R"(","emails":[{"value":")" + name_of(number) + R"(","type":"work","primary":true}],"title":")" +
           std::string(700, 't') + "\"}";
}

resources::index_columns columns_of(std::int64_t number) {
    return {
            .unique_key = name_of(number),
            .display_key = "user " + std::to_string(number),
            .external_id = "00u" + std::to_string(number),
            .active = true,
            .values = {{"emails.value", name_of(number)}},
    };
}

// A committed directory; works come in transactions of their own.
class directory {
public:
    directory() : here_(store_.add_directory().id) { store_.connection().run({"commit", "commit"}); }

    template <class Work>
    void transact(Work work) {
        store_.connection().run({"begin", "begin immediate"});
        store_.advance(std::chrono::microseconds(100));
        work(store_.tx());
        store_.connection().run({"commit", "commit"});
        if (store_.connection().wal_frames() > 4'000)
            store_.connection().checkpoint(sqlite::connection::checkpoint_mode::passive, {});
    }

    resource_id add_user(transaction& tx) {
        const std::int64_t number = next_++;
        return resources::insert(tx, here_, "User", document_of(number), columns_of(number))->id;
    }

    [[nodiscard]] directory_id id() const { return here_; }

private:
    test::temp_store store_;
    directory_id here_;
    std::int64_t next_ = 0;
};

void create_users(benchmark::State& state) {
    directory here;
    for (auto step : state) {
        here.transact([&](transaction& tx) {
            for (std::int64_t i = 0; i < state.range(0); ++i)
                here.add_user(tx);
        });
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(create_users)->Arg(1)->Arg(32)->UseRealTime();

void update_documents(benchmark::State& state) {
    directory here;
    std::vector<resource_id> ids;
    here.transact([&](transaction& tx) {
        for (std::int64_t i = 0; i < users; ++i)
            ids.push_back(here.add_user(tx));
    });
    std::size_t next = 0;
    for (auto step : state) {
        here.transact([&](transaction& tx) {
            for (std::int64_t i = 0; i < state.range(0); ++i) {
                next = (next + 7'919) % ids.size();
                const auto number = static_cast<std::int64_t>(next);
                resources::update(tx, here.id(), "User", ids[next], document_of(number), columns_of(number));
            }
        });
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(update_documents)->Arg(1)->Arg(32)->UseRealTime();

void find_by_id(benchmark::State& state) {
    directory here;
    std::vector<resource_id> ids;
    here.transact([&](transaction& tx) {
        for (std::int64_t i = 0; i < users; ++i)
            ids.push_back(here.add_user(tx));
    });
    std::size_t next = 0;
    here.transact([&](transaction& tx) {
        for (auto step : state) {
            next = (next + 7'919) % ids.size();
            benchmark::DoNotOptimize(resources::find(tx, here.id(), "User", ids[next]));
        }
    });
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(find_by_id);

void look_up_by_user_name(benchmark::State& state) {
    directory here;
    here.transact([&](transaction& tx) {
        for (std::int64_t i = 0; i < users; ++i)
            here.add_user(tx);
    });
    const scim::catalogue catalogue = scim::catalogue::standard();
    const scim::resource_type& type = *catalogue.find_type("User");
    std::int64_t next = 0;
    here.transact([&](transaction& tx) {
        for (auto step : state) {
            next = (next + 7'919) % users;
            const auto condition = scim::parse_filter("userName eq \"" + name_of(next) + "\"", type);
            const compiled_filter made = compile(*condition, type);
            resources::list(tx, here.id(), "User", made.where, {}, 0, 100, [](const resources::row& found) {
                benchmark::DoNotOptimize(found);
                return true;
            });
        }
    });
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(look_up_by_user_name);

void page_of_100(benchmark::State& state) {
    directory here;
    here.transact([&](transaction& tx) {
        for (std::int64_t i = 0; i < users; ++i)
            here.add_user(tx);
    });
    here.transact([&](transaction& tx) {
        for (auto step : state)
            resources::list(
                    tx, here.id(), "User", {}, {}, state.range(0), 100, [](const resources::row& found) {
                        benchmark::DoNotOptimize(found);
                        return true;
                    });
    });
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(page_of_100)->Arg(0)->Arg(users - 100);

// One member comes and another goes, so that the group keeps its size; 16 such in a transaction.
void change_members(benchmark::State& state) {
    constexpr int changes = 16;
    directory here;
    resource_id group;
    std::vector<resource_id> members;
    here.transact([&](transaction& tx) {
        group = resources::insert(tx, here.id(), "Group", R"({"displayName":"all"})", {.unique_key = "all"})
                        ->id;
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            const auto made = resources::insert(tx, here.id(), "User", "{}", {});
            resources::add_member(tx, here.id(), group, {made->id, "User", ""});
            members.push_back(made->id);
        }
    });
    std::size_t next = 0;
    for (auto step : state) {
        here.transact([&](transaction& tx) {
            for (int i = 0; i < changes; ++i) {
                next = (next + 7'919) % members.size();
                resources::remove_member(tx, here.id(), group, members[next]);
                resources::add_member(tx, here.id(), group, {members[next], "User", ""});
                resources::touch(tx, here.id(), "Group", group);
            }
        });
    }
    state.SetItemsProcessed(state.iterations() * changes);
}
BENCHMARK(change_members)->Arg(10)->Arg(10'000)->Arg(group_members_max)->UseRealTime();

void remove_group(benchmark::State& state) {
    for (auto step : state) {
        state.PauseTiming();
        directory here;
        resource_id group;
        here.transact([&](transaction& tx) {
            group = resources::insert(
                    tx, here.id(), "Group", R"({"displayName":"all"})", {.unique_key = "all"})
                            ->id;
            for (std::int64_t i = 0; i < state.range(0); ++i) {
                const auto made = resources::insert(tx, here.id(), "User", "{}", {});
                resources::add_member(tx, here.id(), group, {made->id, "User", ""});
            }
        });
        state.ResumeTiming();
        here.transact([&](transaction& tx) { resources::remove(tx, here.id(), "Group", group); });
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(remove_group)
        ->Arg(10'000)
        ->Arg(group_members_max)
        ->Iterations(1)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace scimd::store
