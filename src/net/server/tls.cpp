#include "net/server/tls.hpp"

#include <openssl/ssl.h>

#include <string>
#include <string_view>

namespace scimd::net {
namespace {

// Mozilla's "intermediate" configuration without DHE, which is slow and which no SCIM client needs.
constexpr auto tls_1_2_suites =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto tls_1_3_suites =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
        "TLS_CHACHA20_POLY1305_SHA256";
constexpr auto groups = "X25519:P-256:P-384";

using octet = unsigned char;

constexpr octet offered_protocols[] = "\x08http/1.1";

// ALPN callback: a client that offers none of the supported protocols gets an alert (RFC 7301 §3.2).
int select_protocol(
        SSL*, const octet** chosen, octet* size, const octet* wanted, unsigned wanted_size, void*) {
    octet* selected = nullptr;
    const auto found = SSL_select_next_proto(
            &selected, size, offered_protocols, sizeof(offered_protocols) - 1, wanted, wanted_size);
    *chosen = selected;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Makes loading an encrypted key fail instead of asking for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

bool restrict_to_baseline(SSL_CTX* context) {
    SSL_CTX_set_options(context,
            SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_SINGLE_ECDH_USE);
    // Session resumption is off: no ticket key has to be rotated, and provisioning clients keep their
    // connections.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    return SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, tls_1_2_suites) == 1 &&
           SSL_CTX_set_ciphersuites(context, tls_1_3_suites) == 1 &&
           SSL_CTX_set1_groups_list(context, groups) == 1;
}

error unusable(const std::filesystem::path& file, std::string_view why) {
    return error{errc::invalid_value, "Cannot use " + file.string() + ": " + std::string(why) + "."};
}

}  // namespace

result<std::shared_ptr<tls_context>> make_tls_context(const tls_files& files) {
    auto made = std::make_shared<tls_context>(tls_context::tls_server);
    if (!restrict_to_baseline(made->native_handle()))
        return error{errc::internal, "This OpenSSL lacks the TLS versions or suites we require."};

    boost::system::error_code failure;
    made->use_certificate_chain_file(files.certificate.string(), failure);
    if (failure)
        return unusable(files.certificate, failure.message());
    made->use_private_key_file(files.key.string(), tls_context::pem, failure);
    if (failure)
        return unusable(files.key, failure.message());
    if (SSL_CTX_check_private_key(made->native_handle()) != 1)
        return unusable(files.key, "it does not belong to the certificate");
    return made;
}

result<void> tls_credentials::load() {
    auto made = make_tls_context(files_);
    if (made.has_error())
        return made.error();
    const std::lock_guard lock(mutex_);
    current_ = *std::move(made);
    return {};
}

std::shared_ptr<tls_context> tls_credentials::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

}  // namespace scimd::net
