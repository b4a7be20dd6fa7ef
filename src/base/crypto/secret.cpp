#include "base/crypto/secret.hpp"

#include <openssl/crypto.h>

#include <utility>

namespace scimd {

namespace {

// Also wipes the bytes after the end, where a short string that was moved from still has its characters.
void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace

secret::secret(std::string text) noexcept : text_(std::move(text)) {
    wipe(text);
}

secret::secret(secret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_);
}

secret& secret::operator=(secret&& other) noexcept {
    if (this == &other)
        return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
    return *this;
}

secret::~secret() {
    wipe(text_);
}

}  // namespace scimd
