// Sends responses: a head with a complete body, or with a body that is streamed from a body_source. A peer
// that reads too slowly is disconnected (write timeout and minimum transfer rate).
//
// Threads: the transport's executor.
#pragma once

#include "base/log.hpp"
#include "net/http/response_head.hpp"
#include "net/server/deadline_timer.hpp"
#include "net/server/limits.hpp"
#include "net/server/memory_budget.hpp"
#include "net/server/transport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace scimd::net {

class response_writer : public std::enable_shared_from_this<response_writer> {
public:
    response_writer(std::shared_ptr<transport> wire, std::shared_ptr<deadline_timer> deadline,
            const limits& bounds, logger& log);

    static constexpr std::size_t uncounted_bytes_max =
            16 * 1024;  // a body or piece up to this size needs no memory reservation

    // Returns false when the connection cannot be used any longer: the peer is gone, reads too slowly, or the
    // body's source failed. `memory` holds the reservation for a complete body, then for each piece of a
    // stream; a stream of unknown length ends when no memory is left. All arguments must outlive the wait.
    asio::awaitable<bool> send(
            http::response& made, const response_options& options, memory_reservation& memory);

    asio::awaitable<bool> send_continue();

    // Sends bytes that are not a response. They must outlive the wait.
    asio::awaitable<bool> send_raw(std::string_view bytes);

    // Frees buffers between two requests.
    void release_buffers();

    // Asks a stream that has no end of its own to end (graceful shutdown).
    void drain();

private:
    using time_point = std::chrono::steady_clock::time_point;

    asio::awaitable<bool> send_stream(http::response& made, bool in_chunks, memory_reservation& memory);
    asio::awaitable<bool> send_piece(std::string& piece, bool in_chunks, bool is_last, time_point by);
    asio::awaitable<bool> write(std::string_view body, time_point by);
    [[nodiscard]] time_point end_for(std::string_view body) const;
    asio::awaitable<void> pause();
    asio::awaitable<void> let_others_run();
    std::function<void()> waker();
    void wake();

    const std::shared_ptr<transport> wire_;
    const std::shared_ptr<deadline_timer> deadline_;
    const limits& bounds_;
    logger& log_;
    asio::steady_timer pause_timer_;
    date_stamp date_;
    std::string out_;
    bool is_woken_ = false;
    bool is_draining_ = false;
    std::atomic<bool> is_wake_under_way_{false};
};

}  // namespace scimd::net
