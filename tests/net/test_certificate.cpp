#include "test_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace scimd::net {
namespace {

struct closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};

using file_handle = std::unique_ptr<std::FILE, closer>;

}  // namespace

temporary_folder::temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "scimd_net_XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::runtime_error("no temporary folder");
    path_ = name;
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void write_certificate(const tls_files& files, const std::string& common_name) {
    constexpr long seconds_valid = 3'600;
    const std::unique_ptr<EVP_PKEY, closer> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, closer> certificate(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds_valid);
    X509_set_pubkey(certificate.get(), key.get());
    auto* const name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());

    const file_handle key_file(std::fopen(files.key.c_str(), "w"));
    PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    const file_handle certificate_file(std::fopen(files.certificate.c_str(), "w"));
    PEM_write_X509(certificate_file.get(), certificate.get());
}

}  // namespace scimd::net
