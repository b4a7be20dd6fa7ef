// Streamed response bodies.
#include "test_server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;
using state = http::body_source::state;

// Controls one source from the test's thread; must outlive the source.
struct stage {
    struct step {
        std::string piece;
        state then = state::more;
        bool fails = false;
    };

    std::mutex mutex;
    std::deque<step> steps;  // empty: {"", later}
    std::function<void()> wake;
    bool is_drained = false;
    bool is_gone = false;
    int asked = 0;

    void add(std::string piece, state then) {
        const std::lock_guard lock(mutex);
        steps.push_back({std::move(piece), then, false});
    }
    void ring() {
        std::function<void()> notify;
        {
            const std::lock_guard lock(mutex);
            notify = wake;
        }
        notify();
    }
    int times_asked() {
        const std::lock_guard lock(mutex);
        return asked;
    }
    bool has_ended() {
        const std::lock_guard lock(mutex);
        return is_gone;
    }
};

class staged_source final : public http::body_source {
public:
    explicit staged_source(stage& on) : on_(on) {}
    ~staged_source() override {
        const std::lock_guard lock(on_.mutex);
        on_.is_gone = true;
    }

    state next(std::string& piece) override {
        const std::lock_guard lock(on_.mutex);
        ++on_.asked;
        if (on_.is_drained)
            return state::done;
        if (on_.steps.empty())
            return state::later;
        const auto step = std::move(on_.steps.front());
        on_.steps.pop_front();
        if (step.fails)
            throw std::runtime_error("as asked");
        piece += step.piece;
        return step.then;
    }

    void on_wake(std::function<void()> wake) override {
        const std::lock_guard lock(on_.mutex);
        on_.wake = std::move(wake);
    }

    void drain() override {
        const std::lock_guard lock(on_.mutex);
        on_.is_drained = true;
    }

private:
    stage& on_;
};

// A source of so many pieces of so many bytes, which it counts.
class many_pieces final : public http::body_source {
public:
    many_pieces(std::size_t pieces, std::atomic<std::size_t>& made) : pieces_(pieces), made_(made) {}

    state next(std::string& piece) override {
        piece.append(piece_bytes, 'x');
        return ++made_ == pieces_ ? state::done : state::more;
    }

    static constexpr std::size_t piece_bytes = 64 * 1024;

private:
    const std::size_t pieces_;
    std::atomic<std::size_t>& made_;
};

// A source of known length.
class measured_pieces final : public http::body_source {
public:
    explicit measured_pieces(std::size_t pieces) : left_(pieces) {}

    state next(std::string& piece) override {
        piece.append(piece_bytes, static_cast<char>('a' + left_));
        return --left_ == 0 ? state::done : state::more;
    }

    [[nodiscard]] std::optional<std::uint64_t> bytes_left() const override { return left_ * piece_bytes; }

    static constexpr std::size_t piece_bytes = 64 * 1024;

private:
    std::size_t left_;
};

// A source that reports its destruction.
class watched_pieces final : public http::body_source {
public:
    watched_pieces(std::size_t pieces, std::atomic<bool>& is_gone) : rest_(pieces), is_gone_(is_gone) {}
    ~watched_pieces() override { is_gone_ = true; }

    state next(std::string& piece) override { return rest_.next(piece); }
    [[nodiscard]] std::optional<std::uint64_t> bytes_left() const override { return rest_.bytes_left(); }

private:
    measured_pieces rest_;
    std::atomic<bool>& is_gone_;
};

constexpr std::size_t pieces = 400;  // 25 MB: more than the sockets' buffers hold

class stream_test : public testing::Test {
protected:
    // The stage must outlive the server and its sessions.
    stage play;
    test_server server{patient()};

    stream_test() {
        server.handlers.make_stream = [this] { return std::make_unique<staged_source>(play); };
    }

    static limits patient() {
        limits bounds;
        bounds.stream_pause_max = 60s;
        return bounds;
    }

    void await_question(int number) {
        for (int i = 0; i < 500 && play.times_asked() < number; ++i)
            std::this_thread::sleep_for(2ms);
        ASSERT_GE(play.times_asked(), number);
    }
};

TEST_F(stream_test, is_sent_in_chunks_and_keeps_the_connection_open) {
    play.add("one ", state::more);
    play.add("", state::more);
    play.add("two", state::more);
    play.add(" three", state::done);
    auto wire = server.connect();
    wire.send(get("/stream"));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "begun one two three");
    EXPECT_EQ(*answer->headers.find("Transfer-Encoding"), "chunked");
    EXPECT_EQ(answer->headers.find("Content-Length"), nullptr);
    EXPECT_EQ(status_of(wire, get("/again")), 200);
}

TEST_F(stream_test, sends_one_chunk_per_piece) {
    play.add("0123456789abcdef", state::more);
    play.add("", state::done);
    auto wire = server.connect();
    wire.send("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto all = wire.read_to_end();
    EXPECT_EQ(all.substr(all.find("\r\n\r\n")), "\r\n\r\n6\r\nbegun \r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
}

TEST_F(stream_test, ends_with_the_connection_for_http_1_0) {
    play.add("one", state::more);
    play.add(" two", state::done);
    auto wire = server.connect();
    wire.send("GET /stream HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    const auto all = wire.read_to_end();
    EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
    EXPECT_EQ(all.find("Content-Length"), std::string::npos);
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(all.substr(all.find("\r\n\r\n")), "\r\n\r\nbegun one two");
}

TEST_F(stream_test, of_known_length_is_sent_unchunked_and_keeps_the_connection_open) {
    server.handlers.make_stream = [] { return std::make_unique<measured_pieces>(3); };
    const auto piece = [](char letter) { return std::string(measured_pieces::piece_bytes, letter); };
    const auto whole = "begun " + piece('d') + piece('c') + piece('b');
    auto wire = server.connect();
    for (int times = 0; times < 2; ++times) {
        wire.send(get("/stream"));
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->headers.find("Transfer-Encoding"), nullptr);
        EXPECT_EQ(*answer->headers.find("Content-Length"), std::to_string(whole.size()));
        EXPECT_TRUE(answer->body == whole);
    }

    wire.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto head = wire.read(true);
    ASSERT_TRUE(head.has_value());
    EXPECT_EQ(*head->headers.find("Content-Length"), std::to_string(whole.size()));
    EXPECT_EQ(status_of(wire, get("/again")), 200);

    auto old = server.connect();
    old.send("GET /stream HTTP/1.0\r\nHost: a\r\n\r\n");
    const auto all = old.read_to_end();
    EXPECT_TRUE(all.substr(all.find("\r\n\r\n")) == "\r\n\r\n" + whole);
}

TEST_F(stream_test, is_not_started_for_a_head_request) {
    auto wire = server.connect();
    wire.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = wire.read(true);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->headers.find("Content-Length"), nullptr);
    EXPECT_EQ(answer->headers.find("Transfer-Encoding"), nullptr);
    EXPECT_EQ(status_of(wire, get("/again")), 200);
    EXPECT_EQ(play.times_asked(), 0);
}

TEST_F(stream_test, sends_available_pieces_and_continues_when_woken) {
    play.add("first", state::later);
    auto wire = server.connect();
    wire.send(get("/stream"));
    await_question(1);
    EXPECT_NE(wire.read_to_end(100ms).find("\r\n5\r\nfirst\r\n"), std::string::npos);
    EXPECT_EQ(play.times_asked(), 1);

    play.add("second", state::later);
    play.ring();
    await_question(2);
    EXPECT_EQ(wire.read_to_end(100ms), "6\r\nsecond\r\n");

    play.add("", state::done);
    play.ring();
    EXPECT_EQ(wire.read_to_end(100ms), "0\r\n\r\n");
    EXPECT_EQ(status_of(wire, get("/again")), 200);
    play.ring();  // has no effect: the source is gone
    EXPECT_EQ(status_of(wire, get("/again")), 200);
}

TEST_F(stream_test, keeps_a_wake_up_that_comes_before_the_pause) {
    for (int i = 0; i < 50; ++i)
        play.add("x", state::later);
    play.add("", state::done);
    auto wire = server.connect();
    wire.send(get("/stream"));
    std::atomic<bool> is_over = false;
    std::thread ringer([&] {
        await_question(1);
        for (; !is_over; std::this_thread::yield())
            play.ring();
    });
    const auto answer = wire.read();
    is_over = true;
    ringer.join();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "begun " + std::string(50, 'x'));
}

TEST(stream, is_polled_again_after_a_while_without_a_wake_up) {
    stage play;
    limits bounds;
    bounds.stream_pause_max = 20ms;
    test_server server(bounds);
    server.handlers.make_stream = [&play] { return std::make_unique<staged_source>(play); };
    play.add("a", state::later);
    play.add("b", state::later);
    play.add("c", state::done);
    auto wire = server.connect();
    wire.send(get("/stream"));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "begun abc");
}

TEST_F(stream_test, resets_the_connection_when_its_source_fails) {
    for (const std::string version : {"1.1", "1.0"}) {
        play.add("some", state::more);
        {
            const std::lock_guard lock(play.mutex);
            play.steps.push_back({"", state::more, true});
        }
        auto wire = server.connect();
        wire.send("GET /stream HTTP/" + version + "\r\nHost: a\r\n\r\n");
        char byte = 0;
        ssize_t count = 1;
        std::string all;
        while ((count = ::recv(wire.native(), &byte, 1, 0)) > 0)
            all += byte;
        EXPECT_EQ(count, -1) << version;  // a reset, not an end
        EXPECT_EQ(errno, ECONNRESET) << version;
        EXPECT_EQ(all.find("0\r\n\r\n"), std::string::npos) << version;
    }
}

TEST_F(stream_test, failure_does_not_affect_other_connections) {
    {
        const std::lock_guard lock(play.mutex);
        play.steps.push_back({"", state::more, true});
    }
    auto other = server.connect();
    EXPECT_EQ(status_of(other, get("/a")), 200);
    auto wire = server.connect();
    wire.send(get("/stream"));
    EXPECT_FALSE(wire.read().has_value());
    EXPECT_EQ(status_of(other, get("/b")), 200);
}

TEST_F(stream_test, holds_one_piece_while_the_reader_is_slow) {
    std::atomic<std::size_t> made = 0;
    server.handlers.make_stream = [&made] { return std::make_unique<many_pieces>(pieces, made); };
    auto wire = server.connect();
    const int small = 16 * 1024;
    ::setsockopt(wire.native(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    wire.send(get("/stream"));
    std::size_t before = 0;
    do {
        before = made;
        std::this_thread::sleep_for(100ms);
    } while (before != made || made == 0);
    EXPECT_LT(made, pieces);

    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body.size(), std::string_view("begun ").size() + pieces * many_pieces::piece_bytes);
}

TEST(stream, ends_for_a_reader_that_reads_nothing) {
    std::atomic<std::size_t> made = 0;
    limits bounds;
    bounds.write_stall_deadline = 100ms;
    test_server server(bounds);
    server.handlers.make_stream = [&made] { return std::make_unique<many_pieces>(1'000'000, made); };
    auto wire = server.connect();
    wire.send(get("/stream"));
    std::size_t before = 0;
    do {
        before = made;
        std::this_thread::sleep_for(200ms);
    } while (before != made || made == 0);
    EXPECT_TRUE(server.drains_within(10s));
}

constexpr std::size_t pieces_of_125_mb = 2'000;

// Returns how much of 125 MB a client that reads 256 KiB every ten milliseconds gets until the server
// disconnects it, or until it has read `reads_max` times and reads the rest at once.
std::size_t drip(const limits& bounds, int reads_max) {
    test_server server(bounds);
    std::atomic<bool> is_given_up = false;
    server.handlers.make_stream = [&is_given_up] {
        return std::make_unique<watched_pieces>(pieces_of_125_mb, is_given_up);
    };
    auto wire = server.connect();
    wire.send(get("/stream"));
    std::string some(256 * 1024, '\0');
    std::size_t taken = 0;
    for (int reads = 0; reads < reads_max && !is_given_up; ++reads) {
        std::this_thread::sleep_for(10ms);
        const auto bytes = ::recv(wire.native(), some.data(), some.size(), 0);
        taken += static_cast<std::size_t>(std::max<ssize_t>(bytes, 0));
    }
    return taken + wire.read_to_end(1s).size();
}

TEST(stream, of_known_length_is_read_at_the_minimum_rate_or_ended) {
    constexpr std::size_t all = pieces_of_125_mb * measured_pieces::piece_bytes;
    limits bounds;
    bounds.write_stall_deadline = 1s;  // the client never pauses that long
    bounds.response_bytes_per_second_min = 1'000'000'000;
    EXPECT_LT(drip(bounds, 500), all);
    bounds.response_bytes_per_second_min = 1'000'000;
    EXPECT_GT(drip(bounds, 150), all);
}

TEST_F(stream_test, without_end_is_ended_by_the_drain) {
    play.add("first", state::later);
    auto wire = server.connect();
    wire.send(get("/stream"));
    await_question(1);
    ASSERT_NE(wire.read_to_end(50ms).find("first"), std::string::npos);
    EXPECT_TRUE(server.drains_within(10s));
    EXPECT_TRUE(play.is_drained);
    EXPECT_EQ(wire.read_to_end(), "0\r\n\r\n");
}

TEST(stream, with_an_end_is_completed_during_the_drain) {
    std::atomic<std::size_t> made = 0;
    test_server server;
    server.handlers.make_stream = [&made] { return std::make_unique<many_pieces>(pieces, made); };
    auto wire = server.connect();
    wire.send(get("/stream"));
    while (made == 0)
        std::this_thread::sleep_for(1ms);
    server.tested->drain([] {});
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(made, pieces);
    EXPECT_TRUE(answer->body.ends_with("x"));
}

TEST_F(stream_test, is_destroyed_when_its_reader_disconnects) {
    play.add("first", state::later);
    {
        auto wire = server.connect();
        wire.send(get("/stream"));
        await_question(1);
    }
    for (int i = 0; i < 500 && !play.has_ended(); ++i) {
        play.add("x", state::later);
        play.ring();
        std::this_thread::sleep_for(2ms);
    }
    EXPECT_TRUE(play.has_ended());
}

}  // namespace
}  // namespace scimd::net
