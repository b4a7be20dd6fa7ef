// DNS look-ups against a real authoritative server, and against servers that misbehave.
#include "net/dns/dns.hpp"

#include "net/dns/dns_message.hpp"
#include "support/name_server.hpp"

#include <gtest/gtest.h>

#include <future>

namespace scimd::net {
namespace {

using outcome = dns_outcome;
using texts = std::vector<std::string>;

class dns_test : public testing::Test {
protected:
    static dns_options quick(const std::vector<std::string>& servers) {
        dns_options options;
        for (const auto& server : servers)
            options.servers.push_back(parse_dns_server(server).value());
        options.first_wait = std::chrono::milliseconds(150);
        options.queries_per_second = 1'000;
        return options;
    }

    dns_answer ask(const dns_options& options, const std::string& name, dns_kind kind = dns_kind::txt) {
        std::promise<dns_answer> answered;
        const auto resolver = make_dns_resolver(options, metrics);
        resolver->look_up(name, kind, [&](dns_answer answer) { answered.set_value(std::move(answer)); });
        return answered.get_future().get();
    }

    std::vector<dns_answer> ask_everywhere(const dns_options& options, const std::string& name) {
        std::promise<std::vector<dns_answer>> answered;
        const auto resolver = make_dns_resolver(options, metrics);
        resolver->look_up_everywhere(name, dns_kind::txt,
                [&](std::vector<dns_answer> answers) { answered.set_value(std::move(answers)); });
        return answered.get_future().get();
    }

    metrics_registry metrics;
};

test::scripted_name_server::messages silent(const std::string&) {
    return {};
}

test::scripted_name_server::messages failing(const std::string& query) {
    return {test::dns_response(query, 2)};
}

TEST_F(dns_test, a_real_server_answers_for_existing_and_missing_names) {
    test::name_server server({"acme.test", "other.test"});
    const std::string long_text(250, 'x');
    std::string many;
    for (int i = 0; i < 60; ++i)
        many += "many TXT \"" + std::to_string(i) + std::string(60, 'y') + "\"\n";
    server.set("acme.test",
            "one TXT \"a text\"\n"
            "split TXT \"to\" \"ken\" \"=1\"\n"
            "long TXT \"" +
                    long_text + "\" \"" + long_text +
                    "\"\n"
                    "host A 192.0.2.7\nhost AAAA 2001:db8::7\n"
                    "inside CNAME one\n"
                    "outside CNAME there.other.test.\n"
                    "nowhere CNAME missing.other.test.\n"
                    "typeless CNAME ns.other.test.\n"
                    "circle CNAME circle2\ncircle2 CNAME circle\n"
                    "*.wild TXT \"any\"\n" +
                    many);
    server.set("other.test",
            "there TXT \"found there\"\n"
            "c4 CNAME c3\nc3 CNAME c2\nc2 CNAME c1\nc1 CNAME there\nc5 CNAME c4\n");
    const auto options = quick({server.address()});
    struct row {
        std::string name;
        dns_kind kind;
        outcome expected;
        texts values;
        texts aliases;
    };
    const row rows[] = {
            {"one.acme.test", dns_kind::txt, outcome::found, {"a text"}, {}},
            {"ONE.Acme.Test", dns_kind::txt, outcome::found, {"a text"}, {}},
            {"split.acme.test", dns_kind::txt, outcome::found, {"token=1"}, {}},
            {"long.acme.test", dns_kind::txt, outcome::found, {long_text + long_text}, {}},
            {"a.wild.acme.test", dns_kind::txt, outcome::found, {"any"}, {}},
            {"host.acme.test", dns_kind::a, outcome::found, {"192.0.2.7"}, {}},
            {"host.acme.test", dns_kind::aaaa, outcome::found, {"2001:db8::7"}, {}},
            {"host.acme.test", dns_kind::txt, outcome::no_records, {}, {}},
            {"none.acme.test", dns_kind::txt, outcome::no_such_name, {}, {}},
            {"inside.acme.test", dns_kind::txt, outcome::found, {"a text"}, {"one.acme.test"}},
            {"outside.acme.test", dns_kind::txt, outcome::found, {"found there"}, {"there.other.test"}},
            {"nowhere.acme.test", dns_kind::txt, outcome::no_such_name, {}, {"missing.other.test"}},
            {"typeless.acme.test", dns_kind::txt, outcome::no_records, {}, {"ns.other.test"}},
            {"c4.other.test", dns_kind::txt, outcome::found, {"found there"},
                    {"c3.other.test", "c2.other.test", "c1.other.test", "there.other.test"}},
            {"example.org", dns_kind::txt, outcome::server_failure, {},
                    {}},  // REFUSED: not a zone of this server
            {std::string(64, 'a') + ".acme.test", dns_kind::txt, outcome::server_failure, {}, {}},
    };
    for (const auto& row : rows) {
        const auto got = ask(options, row.name, row.kind);
        EXPECT_EQ(got.outcome, row.expected) << row.name;
        EXPECT_EQ(got.values, row.values) << row.name;
        if (row.expected != outcome::no_such_name) {
            EXPECT_EQ(got.aliases, row.aliases) << row.name;
        }
    }
    EXPECT_EQ(ask(options, "c5.other.test").outcome, outcome::alias_failure);
    EXPECT_EQ(ask(options, "circle.acme.test").outcome, outcome::alias_failure);
    // Too long for a datagram: truncated over UDP, complete over TCP.
    const auto whole = ask(options, "many.acme.test");
    EXPECT_EQ(whole.outcome, outcome::found);
    EXPECT_EQ(whole.values.size(), 60U);
}

TEST_F(dns_test, failures_are_distinguished_and_never_reported_as_absence) {
    test::scripted_name_server mute(silent);
    test::scripted_name_server broken(failing);
    test::scripted_name_server refusing([](const std::string& query) {
        return test::scripted_name_server::messages{test::dns_response(query, 5)};
    });
    test::scripted_name_server garbled([](const std::string& query) {
        auto response = test::dns_response(query, 0, {"text"});
        response.resize(response.size() - 2);
        return test::scripted_name_server::messages{response};
    });
    EXPECT_EQ(ask(quick({mute.address()}), "a.test").outcome, outcome::timed_out);
    EXPECT_EQ(mute.queries(), 2);
    EXPECT_EQ(ask(quick({broken.address()}), "a.test").outcome, outcome::server_failure);
    EXPECT_EQ(ask(quick({refusing.address()}), "a.test").outcome, outcome::server_failure);
    EXPECT_EQ(ask(quick({garbled.address()}), "a.test").outcome, outcome::server_failure);
    EXPECT_EQ(ask(quick({"127.0.0.1:1"}), "a.test").outcome, outcome::unreachable);
    for (const auto one :
            {outcome::timed_out, outcome::server_failure, outcome::unreachable, outcome::alias_failure})
        EXPECT_FALSE(is_negative(one));
}

TEST_F(dns_test, records_that_do_not_answer_the_question_are_ignored) {
    const auto answered_by = [&](const std::function<std::string(const std::string&)>& forge) {
        test::scripted_name_server liar([forge](const std::string& query) {
            return test::scripted_name_server::messages{forge(query)};
        });
        return ask(quick({liar.address()}), "asked.test").outcome;
    };
    const auto with_other_id = [](const std::string& query) {
        auto response = test::dns_response(query, 0, {"text"});
        response[0] = static_cast<char>(response[0] ^ 1);
        return response;
    };
    const auto to_another_question = [](const std::string& query) {
        auto response = test::dns_response(query, 0, {"text"});
        response.replace(response.find("asked"), 5, "other");
        return response;
    };
    const auto at_another_name = [](const std::string& query) {
        auto response = test::dns_response(query, 0, {"text"});
        // The record's name is the question's without its first label.
        response[response.find("\xC0\x0C") + 1] = 18;
        return response;
    };
    EXPECT_EQ(answered_by(with_other_id), outcome::timed_out);
    EXPECT_EQ(answered_by(to_another_question), outcome::timed_out);
    EXPECT_EQ(answered_by(at_another_name), outcome::no_records);
}

TEST_F(dns_test, the_next_server_is_queried_only_after_a_failure) {
    test::scripted_name_server mute(silent);
    test::scripted_name_server broken(failing);
    test::name_server server({"acme.test"});
    server.set("acme.test", "one TXT \"here\"");
    const auto got = ask(quick({mute.address(), broken.address(), server.address()}), "one.acme.test");
    EXPECT_EQ(got.values, texts{"here"});
    EXPECT_EQ(ask(quick({mute.address(), broken.address()}), "a.test").outcome, outcome::server_failure);

    test::scripted_name_server unasked(silent);
    EXPECT_EQ(
            ask(quick({server.address(), unasked.address()}), "no.acme.test").outcome, outcome::no_such_name);
    EXPECT_EQ(unasked.queries(), 0);
}

TEST_F(dns_test, look_up_everywhere_returns_the_answer_of_each_server) {
    test::scripted_name_server liar([](const std::string& query) {
        return test::scripted_name_server::messages{test::dns_response(query, 0, {"a lie"})};
    });
    test::scripted_name_server mute(silent);
    test::name_server server({"acme.test"});
    const auto got = ask_everywhere(quick({liar.address(), mute.address(), server.address()}), "x.acme.test");
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].values, texts{"a lie"});
    EXPECT_EQ(got[1].outcome, outcome::timed_out);
    EXPECT_EQ(got[2].outcome, outcome::no_such_name);
}

TEST_F(dns_test, a_thousand_look_ups_respect_the_rate_and_in_flight_limits) {
    test::name_server server({"acme.test"});
    server.set("acme.test", "one TXT \"here\"");
    auto options = quick({server.address()});
    options.queries_per_second = 2'000;
    options.in_flight_max = 8;
    options.waiting_max = 1'000;
    std::atomic<int> found{0};
    std::atomic<int> left{1'000};
    std::promise<void> all_done;
    const auto started = std::chrono::steady_clock::now();
    const auto resolver = make_dns_resolver(options, metrics);
    for (int i = 0; i < 1'000; ++i) {
        resolver->look_up("one.acme.test", dns_kind::txt, [&](const dns_answer& answer) {
            found += answer.outcome == outcome::found ? 1 : 0;
            if (--left == 0)
                all_done.set_value();
        });
    }
    all_done.get_future().get();
    EXPECT_EQ(found, 1'000);
    EXPECT_GE(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(499));
}

TEST_F(dns_test, look_ups_beyond_the_queue_are_overloaded_and_the_end_completes_the_rest) {
    test::scripted_name_server mute(silent);
    auto options = quick({mute.address()});
    options.waiting_max = 3;
    options.queries_per_second = 1;
    std::vector<outcome> ends;
    {
        const auto resolver = make_dns_resolver(options, metrics);
        std::mutex lock;
        for (int i = 0; i < 10; ++i) {
            resolver->look_up("a.test", dns_kind::txt, [&](const dns_answer& answer) {
                const std::lock_guard hold(lock);
                ends.push_back(answer.outcome);
            });
        }
    }
    EXPECT_EQ(ends, std::vector(10, outcome::overloaded));
}

TEST_F(dns_test, an_answer_section_has_a_limit) {
    const std::string query("\1\2\1\0\0\1\0\0\0\0\0\0\1a\4test\0\0\x10\0\1", 24);
    const auto read = [&](std::size_t records) {
        const auto response = test::dns_response(query, 0, texts(records, "t"));
        const std::span bytes(reinterpret_cast<const unsigned char*>(response.data()), response.size());
        return read_dns_response(bytes, "a.test", dns_kind::txt, {}, 4);
    };
    EXPECT_EQ(read(dns_records_max).values.size(), dns_records_max);
    EXPECT_EQ(read(dns_records_max + 1).outcome, outcome::server_failure);
    EXPECT_EQ(read_dns_response({}, "a.test", dns_kind::txt, {}, 4).outcome, outcome::server_failure);
}

TEST_F(dns_test, servers_must_be_addresses) {
    struct row {
        std::string_view text;
        std::string_view expected;  // empty: refused
    };
    const row rows[] = {
            {"192.0.2.53:5353", "192.0.2.53:5353"},
            {"192.0.2.53", "192.0.2.53:53"},
            {"[2001:db8::53]:53", "[2001:db8::53]:53"},
            {"2001:db8::53", "[2001:db8::53]:53"},
            {"dns.test:53", ""},
            {"dns.test", ""},
            {"192.0.2.53:0", ""},
            {"192.0.2.53:65536", ""},
            {"192.0.2.53:x", ""},
            {":53", ""},
            {"unix:/x", ""},
            {"", ""},
    };
    for (const auto& row : rows) {
        const auto parsed = parse_dns_server(row.text);
        EXPECT_EQ(parsed ? parsed->text() : "", row.expected) << row.text;
    }
}

}  // namespace
}  // namespace scimd::net
