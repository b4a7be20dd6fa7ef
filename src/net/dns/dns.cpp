#include "net/dns/dns.hpp"

#include "net/dns/dns_message.hpp"

#include <boost/asio/ip/address.hpp>

#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <ares.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace scimd::net {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::uint16_t dns_port = 53;
constexpr int edns_bytes = 1'232;  // passes every network unfragmented (DNS flag day 2020)

std::string_view to_text(dns_outcome outcome) {
    switch (outcome) {
        case dns_outcome::found:
            return "found";
        case dns_outcome::no_records:
            return "no_records";
        case dns_outcome::no_such_name:
            return "no_such_name";
        case dns_outcome::alias_failure:
            return "alias_failure";
        case dns_outcome::server_failure:
            return "server_failure";
        case dns_outcome::unreachable:
            return "unreachable";
        case dns_outcome::timed_out:
            return "timed_out";
        case dns_outcome::overloaded:
            return "overloaded";
    }
    return "";
}

int type_number(dns_kind kind) {
    switch (kind) {
        case dns_kind::txt:
            return 16;
        case dns_kind::a:
            return 1;
        case dns_kind::aaaa:
            return 28;
    }
    throw std::logic_error("dns: no such kind");
}

// c-ares counts its users. It is never cleaned up, because another part of the process may use it as well.
void start_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status != ARES_SUCCESS)
        throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
}

void require(int status, const char* action) {
    if (status != ARES_SUCCESS)
        throw std::runtime_error(std::string("c-ares: ") + action + ": " + ares_strerror(status));
}

std::vector<std::string> system_servers() {
    ares_channel channel = nullptr;
    require(ares_init(&channel), "cannot read the system's resolvers");
    ares_addr_port_node* listed = nullptr;
    const int status = ares_get_servers_ports(channel, &listed);
    std::vector<std::string> servers;
    for (const auto* one = listed; one; one = one->next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (!inet_ntop(one->family, &one->addr, text.data(), text.size()))
            continue;
        const endpoint server{
                text.data(), one->udp_port == 0 ? dns_port : static_cast<std::uint16_t>(one->udp_port), {}};
        servers.push_back(server.text());
    }
    ares_free_data(listed);
    ares_destroy(channel);
    require(status, "cannot read the system's resolvers");
    return servers;
}

// A question for one server, with the aliases that led to it.
struct question {
    std::string name;
    dns_kind kind = dns_kind::txt;
    std::vector<std::string> aliases{};
    dns_completion done;
    steady::time_point deadline{};  // set when the first query starts

    [[nodiscard]] const std::string& current_name() const { return aliases.empty() ? name : aliases.back(); }
};

// A query under way. c-ares holds its address, so it does not move.
class query {
public:
    query(question asked, std::size_t server, const std::string& address, const dns_options& options)
            : question_(std::move(asked)),
              server_(server),

              aliases_max_(options.aliases_max) {
        if (question_.deadline == steady::time_point())
            question_.deadline = steady::now() + options.deadline;
        ares_options settings{};
        // Without NOCHECKRESP, c-ares reports SERVFAIL and REFUSED like a closed port.
        settings.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | ARES_FLAG_NOCHECKRESP;
        settings.timeout = static_cast<int>(options.first_wait.count());
        settings.tries = options.tries;
        settings.ednspsz = edns_bytes;
        require(ares_init_options(&channel_, &settings,
                        ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ),
                "cannot start a query");
        if (const int status = ares_set_servers_ports_csv(channel_, address.c_str());
                status != ARES_SUCCESS) {
            ares_destroy(channel_);
            require(status, "cannot use this server");
        }
    }
    query(const query&) = delete;
    query& operator=(const query&) = delete;
    ~query() { ares_destroy(channel_); }

    void start() {
        ares_query(
                channel_, question_.current_name().c_str(), 1, type_number(question_.kind), on_answer, this);
    }

    [[nodiscard]] bool is_done() const noexcept { return answer_.has_value(); }
    [[nodiscard]] std::size_t server() const noexcept { return server_; }

    void add_sockets(std::vector<pollfd>& into) const {
        std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
        const auto wanted = static_cast<unsigned>(
                ares_getsock(channel_, sockets.data(), static_cast<int>(sockets.size())));
        for (unsigned i = 0; i < sockets.size(); ++i) {
            const bool reads = ARES_GETSOCK_READABLE(wanted, i) != 0;
            const bool writes = ARES_GETSOCK_WRITABLE(wanted, i) != 0;
            const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
            if (events != 0)
                into.push_back({sockets.at(i), static_cast<short>(events), 0});
        }
    }

    [[nodiscard]] steady::time_point wakes_at() const {
        timeval longest{60, 0};
        timeval buffer{};
        const auto* wait = ares_timeout(channel_, &longest, &buffer);
        const auto pause = std::chrono::seconds(wait->tv_sec) + std::chrono::microseconds(wait->tv_usec);
        return std::min(question_.deadline, steady::now() + pause);
    }

    void proceed(const pollfd& socket) {
        const bool is_readable = (socket.revents & (POLLIN | POLLERR | POLLHUP)) != 0;
        const bool is_writable = (socket.revents & (POLLOUT | POLLERR | POLLHUP)) != 0;
        ares_process_fd(channel_, is_readable ? socket.fd : ARES_SOCKET_BAD,
                is_writable ? socket.fd : ARES_SOCKET_BAD);
    }

    void proceed_in_time() {
        ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        if (!is_done() && steady::now() >= question_.deadline)
            ares_cancel(channel_);
    }

    // Returns question and answer; may be called once is_done().
    std::pair<question, dns_answer> take() { return {std::move(question_), std::move(*answer_)}; }

    // Returns the question of a query that is given up without an answer.
    question abandon() { return std::move(question_); }

private:
    static void on_answer(void* self, int status, int, unsigned char* bytes, int count) {
        static_cast<query*>(self)->evaluate(status, {bytes, static_cast<std::size_t>(bytes ? count : 0)});
    }

    void evaluate(int status, std::span<const unsigned char> response) {
        switch (status) {
            case ARES_SUCCESS:
            case ARES_ENODATA:
                answer_ = read_dns_response(
                        response, question_.current_name(), question_.kind, question_.aliases, aliases_max_);
                return;
            case ARES_ENOTFOUND:
                answer_ = {dns_outcome::no_such_name, {}, question_.aliases};
                return;
            case ARES_ETIMEOUT:
            case ARES_ECANCELLED:
                answer_ = {dns_outcome::timed_out, {}, question_.aliases};
                return;
            case ARES_ECONNREFUSED:
                answer_ = {dns_outcome::unreachable, {}, question_.aliases};
                return;
            default:
                answer_ = {dns_outcome::server_failure, {}, question_.aliases};
                return;
        }
    }

    question question_;
    std::size_t server_;
    std::size_t aliases_max_;
    ares_channel channel_ = nullptr;
    std::optional<dns_answer> answer_;
};

// The queue of one server. Its queries start at even intervals (rate limit), however many are waiting.
struct server_queue {
    std::string address;
    std::deque<question> waiting{};
    steady::time_point next_start{};
};

class resolver final : public dns_resolver {
public:
    resolver(const dns_options& options, metrics_registry& metrics)
            : options_(options),
              metrics_(metrics),
              is_system_(options.servers.empty()),
              wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (wake_ < 0)
            throw std::system_error(errno, std::generic_category(), "eventfd");
        start_library();
        if (is_system_)
            for (auto& address : system_servers())
                servers_.push_back({std::move(address)});
        for (const auto& server : options_.servers)
            servers_.push_back({server.text()});
        thread_ = std::thread([this] { run(); });
    }

    ~resolver() override {
        is_stopping_ = true;
        wake();
        thread_.join();
        close(wake_);
    }

    void look_up(std::string name, dns_kind kind, dns_completion done) override {
        ask_from(0, std::move(name), kind, std::move(done));
    }

    void look_up_everywhere(std::string name, dns_kind kind, dns_completions done) override {
        struct collection {
            std::vector<dns_answer> answers;
            std::atomic<std::size_t> missing;
            dns_completions done;
        };
        const std::size_t asked = is_system_ ? 1 : servers_.size();
        const auto all = std::make_shared<collection>(std::vector<dns_answer>(asked), asked, std::move(done));
        for (std::size_t i = 0; i < asked; ++i) {
            auto one_done = [all, i](dns_answer answer) {
                all->answers[i] = std::move(answer);
                if (--all->missing == 0)
                    all->done(std::move(all->answers));
            };
            if (is_system_)
                ask_from(0, name, kind, std::move(one_done));
            else
                ask(i, {name, kind, {}, std::move(one_done)});
        }
    }

private:
    void ask_from(std::size_t first, std::string name, dns_kind kind, dns_completion done) {
        if (first + 1 >= servers_.size()) {
            ask(first, {std::move(name), kind, {}, std::move(done)});
            return;
        }
        auto or_next = [this, first, name, kind, done = std::move(done)](dns_answer answer) {
            const bool is_trouble = answer.outcome == dns_outcome::server_failure ||
                                    answer.outcome == dns_outcome::unreachable ||
                                    answer.outcome == dns_outcome::timed_out;
            if (is_trouble && !is_stopping_)
                ask_from(first + 1, name, kind, done);
            else
                done(std::move(answer));
        };
        ask(first, {std::move(name), kind, {}, std::move(or_next)});
    }

    void ask(std::size_t server, question asked) {
        {
            const std::lock_guard hold(lock_);
            if (server < servers_.size() && !is_stopping_ &&
                    servers_[server].waiting.size() < options_.waiting_max) {
                servers_[server].waiting.push_back(std::move(asked));
                wake();
                return;
            }
        }
        finish(asked, {dns_outcome::overloaded, {}, std::move(asked.aliases)});
    }

    void wake() const noexcept {
        const std::uint64_t one = 1;
        // A write can only fail when the counter is full, and the thread wakes up then anyway.
        [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
    }

    void run() {
        while (!is_stopping_) {
            start_queries();
            wait();
            finish_queries();
        }
        give_up();
    }

    void start_queries() {
        while (active_.size() < options_.in_flight_max) {
            auto next = take_due();
            if (!next)
                return;
            auto& [server, asked] = *next;
            active_.emplace_back(std::move(asked), server, servers_[server].address, options_).start();
        }
    }

    std::optional<std::pair<std::size_t, question>> take_due() {
        const std::lock_guard hold(lock_);
        const auto now = steady::now();
        for (std::size_t i = 0; i < servers_.size(); ++i) {
            auto& server = servers_[i];
            if (server.waiting.empty() || server.next_start > now)
                continue;
            const std::chrono::microseconds interval(1'000'000 / options_.queries_per_second);
            server.next_start = std::max(server.next_start, now) + interval;
            std::pair taken(i, std::move(server.waiting.front()));
            server.waiting.pop_front();
            return taken;
        }
        return std::nullopt;
    }

    steady::time_point wakes_at() {
        auto first = steady::now() + std::chrono::minutes(1);
        for (const auto& one : active_)
            first = std::min(first, one.wakes_at());
        if (active_.size() < options_.in_flight_max) {
            const std::lock_guard hold(lock_);
            for (const auto& server : servers_)
                if (!server.waiting.empty())
                    first = std::min(first, server.next_start);
        }
        return first;
    }

    void wait() {
        std::vector<pollfd> sockets{{wake_, POLLIN, 0}};
        std::vector<query*> owners{nullptr};
        for (auto& one : active_) {
            one.add_sockets(sockets);
            owners.resize(sockets.size(), &one);
        }
        const auto pause = std::chrono::ceil<std::chrono::milliseconds>(wakes_at() - steady::now());
        poll(sockets.data(), sockets.size(), static_cast<int>(std::max<std::int64_t>(pause.count(), 0)));
        std::uint64_t wake_ups = 0;
        [[maybe_unused]] const auto drained = read(wake_, &wake_ups, sizeof wake_ups);
        for (std::size_t i = 1; i < sockets.size(); ++i)
            if (sockets[i].revents != 0)
                owners[i]->proceed(sockets[i]);
        for (auto& one : active_)
            one.proceed_in_time();
    }

    void finish_queries() {
        for (auto one = active_.begin(); one != active_.end();) {
            if (!one->is_done()) {
                ++one;
                continue;
            }
            const auto server = one->server();
            auto [asked, answer] = one->take();
            one = active_.erase(one);
            const bool leads_on =
                    answer.outcome == dns_outcome::no_records && answer.aliases.size() > asked.aliases.size();
            if (leads_on) {
                asked.aliases = std::move(answer.aliases);
                ask(server, std::move(asked));
            } else {
                finish(asked, std::move(answer));
            }
        }
    }

    void finish(const question& asked, dns_answer answer) {
        metrics_.counter_of("scimd_dns_answers_total", "Answers to DNS queries.",
                        {{"outcome", to_text(answer.outcome)}})
                .add();
        asked.done(std::move(answer));
    }

    void give_up() {
        std::vector<question> abandoned;
        {
            const std::lock_guard hold(lock_);
            for (auto& server : servers_)
                for (; !server.waiting.empty(); server.waiting.pop_front())
                    abandoned.push_back(std::move(server.waiting.front()));
        }
        for (auto& one : active_)
            abandoned.push_back(one.abandon());
        active_.clear();
        for (const auto& asked : abandoned)
            finish(asked, {dns_outcome::overloaded, {}, asked.aliases});
    }

    const dns_options options_;
    metrics_registry& metrics_;
    const bool is_system_;
    const int wake_;
    std::atomic<bool> is_stopping_{false};
    std::mutex lock_;                    // guards the waiting questions
    std::vector<server_queue> servers_;  // number and addresses never change
    std::list<query> active_;            // used by the resolver's thread only
    std::thread thread_;
};

}  // namespace

result<endpoint> parse_dns_server(std::string_view text) {
    const error refusal{errc::invalid_value,
            "\"" + std::string(text) + "\" is no ADDRESS:PORT of a DNS server, such as 192.0.2.53:53."};
    boost::system::error_code failure;
    endpoint parsed{std::string(text), dns_port, {}};
    if (boost::asio::ip::make_address(parsed.host, failure); failure) {
        auto split = endpoint::parse(text);
        if (!split || split->is_unix() || split->port == 0)
            return refusal;
        parsed = std::move(*split);
    }
    if (boost::asio::ip::make_address(parsed.host, failure); failure)
        return refusal;
    return parsed;
}

std::unique_ptr<dns_resolver> make_dns_resolver(const dns_options& options, metrics_registry& metrics) {
    return std::make_unique<resolver>(options, metrics);
}

}  // namespace scimd::net
