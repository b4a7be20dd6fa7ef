// What a TLS listener presents: protocol versions, suites and a certificate that can be read again.
#pragma once

#include "base/error.hpp"
#include "net/server/server.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <mutex>

namespace scimd::net {

using tls_context = boost::asio::ssl::context;

// TLS 1.2 and 1.3 with Mozilla's intermediate suites, ALPN http/1.1; or why the files will not do.
result<std::shared_ptr<tls_context>> make_tls_context(const tls_files& files);

// The context in force. Any thread; a session keeps the one it started with.
class tls_credentials {
public:
    explicit tls_credentials(tls_files files) : files_(std::move(files)) {}

    result<void> load();  // on failure the old one stays
    [[nodiscard]] std::shared_ptr<tls_context> current() const;

private:
    const tls_files files_;
    mutable std::mutex mutex_;
    std::shared_ptr<tls_context> current_;
};

}  // namespace scimd::net
