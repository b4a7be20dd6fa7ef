// TLS configuration of a listener: protocol versions, cipher suites, and a certificate that can be reloaded.
#pragma once

#include "base/error.hpp"
#include "net/server/endpoint.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <mutex>

namespace scimd::net {

using tls_context = boost::asio::ssl::context;

// Makes a context for TLS 1.2 and 1.3 with Mozilla's intermediate cipher suites and ALPN http/1.1, or returns
// an error that says what is wrong with the files.
result<std::shared_ptr<tls_context>> make_tls_context(const tls_files& files);

// The current certificate of a listener. Thread-safe. A session keeps the context with which it started.
class tls_credentials {
public:
    explicit tls_credentials(tls_files files) : files_(std::move(files)) {}

    result<void> load();  // on failure the previous certificate stays
    [[nodiscard]] std::shared_ptr<tls_context> current() const;

private:
    const tls_files files_;
    mutable std::mutex mutex_;
    std::shared_ptr<tls_context> current_;
};

}  // namespace scimd::net
