#include "net/client/http_client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <curl/curl.h>
#include <ifaddrs.h>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>

namespace scimd::net {
namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds watch_interval{100};  // interval of the deadline checks
constexpr std::size_t spare_handles_max = 64;
constexpr long receive_buffer_bytes = 16 * 1024;

void start_libcurl() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("libcurl does not start");
    });
}

struct end_easy {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct end_multi {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct end_list {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using easy_handle = std::unique_ptr<CURL, end_easy>;
using text_list = std::unique_ptr<curl_slist, end_list>;

void append(text_list& to, const std::string& text) {
    auto* const longer = curl_slist_append(to.get(), text.c_str());
    if (!longer)
        throw std::bad_alloc();
    (void)to.release();
    to.reset(longer);
}

std::optional<ip_address> address_in(const sockaddr& from) {
    ip_address found;
    if (from.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from, sizeof v4);
        std::memcpy(found.bytes.data(), &v4.sin_addr, 4);
        return found;
    }
    if (from.sa_family != AF_INET6)
        return std::nullopt;
    sockaddr_in6 v6{};
    std::memcpy(&v6, &from, sizeof v6);
    found.is_v6 = true;
    std::memcpy(found.bytes.data(), &v6.sin6_addr, found.bytes.size());
    return found;
}

// One POST under way. libcurl's callbacks receive its address.
struct transfer {
    const http_client_options* options = nullptr;
    http_client_request request;
    easy_handle handle;
    text_list headers;
    text_list pinned;
    steady::time_point started;
    std::optional<steady::time_point> connected;  // includes TLS
    bool has_answered = false;
    bool is_refused = false;  // may_connect said no
    bool is_long = false;     // the response body exceeds the limit
    std::size_t head_bytes = 0;
    std::string body;
    std::array<char, CURL_ERROR_SIZE> problem{};
};

curl_socket_t open_socket(void* at, curlsocktype, curl_sockaddr* to) {
    auto& one = *static_cast<transfer*>(at);
    const auto address = address_in(to->addr);
    if (!address || !one.options->may_connect(*address)) {
        one.is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

// Runs when the connection, new or reused, is established: checks the address of the actual peer.
int before_request(void* at, char* peer, char*, int, int) {
    auto& one = *static_cast<transfer*>(at);
    const auto address = ip_address::parse(peer);
    if (!address || !one.options->may_connect(*address)) {
        one.is_refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    one.connected = steady::now();
    return CURL_PREREQFUNC_OK;
}

std::size_t read_head(char*, std::size_t size, std::size_t count, void* at) {
    auto& one = *static_cast<transfer*>(at);
    one.has_answered = true;
    one.head_bytes += size * count;
    return one.head_bytes <= one.options->limits.head_bytes_max ? size * count : 0;
}

std::size_t read_body(char* bytes, std::size_t size, std::size_t count, void* at) {
    auto& one = *static_cast<transfer*>(at);
    const auto room = one.options->limits.body_bytes_max - one.body.size();
    one.body.append(bytes, std::min(room, size * count));
    one.is_long = size * count > room;
    return one.is_long ? 0 : size * count;
}

// --- options of a transfer

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    if (curl_easy_setopt(handle, option, value) != CURLE_OK)
        throw std::runtime_error("libcurl does not take option " + std::to_string(option));
}

void set_protocol_options(CURL* handle, const http_client_options& options) {
    set(handle, CURLOPT_PATH_AS_IS, 1L);
    set(handle, CURLOPT_PROTOCOLS_STR, options.allows_plain ? "http,https" : "https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_PROXY, "");  // ignore the proxies of the environment
    set(handle, CURLOPT_NOPROXY, "*");
    set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_TCP_NODELAY, 1L);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_HTTP_CONTENT_DECODING, 0L);  // no decompression bombs
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    if (options.ca_file.empty())
        return;
    set(handle, CURLOPT_CAINFO, options.ca_file.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void set_times(CURL* handle, const http_client_limits& limits, milliseconds spent) {
    const auto left = std::max(limits.whole - spent, milliseconds(1));
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>((limits.connect + limits.handshake).count()));
    set(handle, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
}

void set_request(transfer& one) {
    auto* const handle = one.handle.get();
    set(handle, CURLOPT_URL, one.request.url.c_str());
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDS, one.request.body->data());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(one.request.body->size()));
    append(one.headers, "Expect:");
    for (const auto& [name, value] : one.request.headers)
        append(one.headers, std::string(name).append(value.empty() ? ";" : ": ").append(value));
    set(handle, CURLOPT_HTTPHEADER, one.headers.get());
}

// Pins the host to the addresses that were checked, so that libcurl does not resolve it. (A URL may contain
// an address itself.)
void set_addresses(transfer& one) {
    const auto& request = one.request;
    if (ip_address::parse(request.host))
        return;
    std::string pin = '+' + request.host + ':' + std::to_string(request.port) + ':';
    for (const auto& address : request.addresses)
        pin += (pin.back() == ':' ? "" : ",") + (address.is_v6 ? '[' + address.text() + ']' : address.text());
    append(one.pinned, pin);
    set(one.handle.get(), CURLOPT_RESOLVE, one.pinned.get());
}

void set_callbacks(transfer& one) {
    auto* const handle = one.handle.get();
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, &one);
    set(handle, CURLOPT_PREREQFUNCTION, &before_request);
    set(handle, CURLOPT_PREREQDATA, &one);
    set(handle, CURLOPT_HEADERFUNCTION, &read_head);
    set(handle, CURLOPT_HEADERDATA, &one);
    set(handle, CURLOPT_WRITEFUNCTION, &read_body);
    set(handle, CURLOPT_WRITEDATA, &one);
    set(handle, CURLOPT_ERRORBUFFER, one.problem.data());
}

void prepare(transfer& one) {
    set_protocol_options(one.handle.get(), *one.options);
    set_times(one.handle.get(), one.options->limits, one.request.spent);
    set_request(one);
    set_addresses(one);
    set_callbacks(one);
}

class curl_http_client final : public http_client {
public:
    explicit curl_http_client(http_client_options options);
    ~curl_http_client() override;

    void start(http_client_request request) override;
    void run(milliseconds patience, std::vector<http_client_result>& ended) override;
    void wake() noexcept override { curl_multi_wakeup(multi_.get()); }

private:
    void take_ended(std::vector<http_client_result>& ended);
    void end_overdue(std::vector<http_client_result>& ended);
    [[nodiscard]] std::string_view overdue(const transfer& one, steady::time_point now) const;
    std::unique_ptr<transfer> remove(CURL* handle);
    void keep(easy_handle handle);

    const http_client_options options_;
    std::unique_ptr<CURLM, end_multi> multi_;
    std::map<CURL*, std::unique_ptr<transfer>> under_way_;
    std::vector<easy_handle> spare_;
    steady::time_point watch_at_{};
};

curl_http_client::curl_http_client(http_client_options options) : options_(std::move(options)) {
    start_libcurl();
    multi_.reset(curl_multi_init());
    if (!multi_)
        throw std::runtime_error("libcurl does not start");
    curl_multi_setopt(
            multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options_.limits.idle_connections_max));
    curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

curl_http_client::~curl_http_client() {
    for (const auto& [handle, one] : under_way_)
        curl_multi_remove_handle(multi_.get(), handle);
}

void curl_http_client::start(http_client_request request) {
    auto one = std::make_unique<transfer>();
    one->options = &options_;
    one->request = std::move(request);
    one->started = steady::now();
    if (spare_.empty()) {
        one->handle.reset(curl_easy_init());
    } else {
        one->handle = std::move(spare_.back());
        spare_.pop_back();
    }
    if (!one->handle)
        throw std::bad_alloc();
    prepare(*one);
    auto* const handle = one->handle.get();
    under_way_.emplace(handle, std::move(one));
    curl_multi_add_handle(multi_.get(), handle);
}

void curl_http_client::run(milliseconds patience, std::vector<http_client_result>& ended) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    take_ended(ended);
    if (ended.empty() && patience.count() > 0) {
        const auto wait = under_way_.empty() ? patience : std::min(patience, watch_interval);
        curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
        curl_multi_perform(multi_.get(), &running);
        take_ended(ended);
    }
    end_overdue(ended);
}

std::unique_ptr<transfer> curl_http_client::remove(CURL* handle) {
    curl_multi_remove_handle(multi_.get(), handle);
    auto found = under_way_.extract(handle);
    return std::move(found.mapped());
}

void curl_http_client::keep(easy_handle handle) {
    if (spare_.size() >= spare_handles_max)
        return;
    curl_easy_reset(handle.get());
    spare_.push_back(std::move(handle));
}

http_client_result result_of(const transfer& one, steady::time_point now) {
    http_client_result made;
    made.number = one.request.number;
    made.took = one.request.spent + std::chrono::duration_cast<milliseconds>(now - one.started);
    made.body = one.body;
    return made;
}

// Explains a failure. libcurl's detailed texts are used for TLS only, where they name the fault of a
// certificate; for other failures they may reveal too much.
std::string problem_of(const transfer& one, CURLcode code) {
    const bool is_of_tls = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR;
    if (is_of_tls && one.problem.front() != '\0')
        return one.problem.data();
    return curl_easy_strerror(code);
}

void read_outcome(const transfer& one, CURLcode code, http_client_result& into) {
    if (one.is_refused) {
        into.error = "the address is not allowed";
        return;
    }
    if (one.head_bytes > one.options->limits.head_bytes_max) {
        into.error = "the response's header fields are too long";
        return;
    }
    // A long body need not be complete: the status is known.
    if (code == CURLE_OK || one.is_long) {
        long status = 0;
        curl_easy_getinfo(one.handle.get(), CURLINFO_RESPONSE_CODE, &status);
        into.status = static_cast<int>(status);
        curl_off_t seconds = 0;
        curl_easy_getinfo(one.handle.get(), CURLINFO_RETRY_AFTER, &seconds);
        if (seconds > 0)
            into.retry_after = std::chrono::seconds(seconds);
        return;
    }
    into.is_timeout = code == CURLE_OPERATION_TIMEDOUT;
    into.error = into.is_timeout ? "no whole response in time" : problem_of(one, code);
}

void curl_http_client::take_ended(std::vector<http_client_result>& ended) {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const auto code = message->data.result;
        const auto one = remove(message->easy_handle);
        auto made = result_of(*one, steady::now());
        read_outcome(*one, code, made);
        ended.push_back(std::move(made));
        keep(std::move(one->handle));
    }
}

void curl_http_client::end_overdue(std::vector<http_client_result>& ended) {
    const auto now = steady::now();
    if (now < watch_at_)
        return;
    watch_at_ = now + watch_interval;
    std::vector<std::pair<CURL*, std::string_view>> late;
    for (const auto& [handle, one] : under_way_)
        if (const auto reason = overdue(*one, now); !reason.empty())
            late.emplace_back(handle, reason);
    for (const auto& [handle, reason] : late) {
        const auto one = remove(handle);
        auto made = result_of(*one, now);
        made.is_timeout = true;
        made.error = reason;
        ended.push_back(std::move(made));
    }
}

// Returns why a transfer is overdue, or an empty text. libcurl itself enforces the total time, and the time
// for connection and handshake together.
std::string_view curl_http_client::overdue(const transfer& one, steady::time_point now) const {
    if (one.connected) {
        const bool is_late = !one.has_answered && now - *one.connected > options_.limits.first_byte;
        return is_late ? "no answer in time" : "";
    }
    curl_off_t connected_us = 0;
    curl_easy_getinfo(one.handle.get(), CURLINFO_CONNECT_TIME_T, &connected_us);
    const auto elapsed = now - one.started;
    if (connected_us == 0)
        return elapsed > options_.limits.connect ? "no connection in time" : "";
    const auto since = elapsed - std::chrono::microseconds(connected_us);
    return since > options_.limits.handshake ? "no TLS handshake in time" : "";
}

}  // namespace

std::vector<ip_address> addresses_of_machine() {
    std::vector<ip_address> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0)
        return found;
    for (const auto* one = list; one; one = one->ifa_next)
        if (one->ifa_addr)
            if (const auto address = address_in(*one->ifa_addr))
                found.push_back(*address);
    freeifaddrs(list);
    return found;
}

std::unique_ptr<http_client> make_http_client(http_client_options options) {
    return std::make_unique<curl_http_client>(std::move(options));
}

}  // namespace scimd::net
