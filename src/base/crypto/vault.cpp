#include "base/crypto/vault.hpp"

#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "base/crypto/openssl_bytes.hpp"
#include "base/text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <utility>

namespace scimd {

namespace {

constexpr std::string_view format = "v1.";
constexpr std::size_t key_id_digits = 8;
constexpr std::size_t nonce_bytes =
        12;  // NIST SP 800-38D §8.2.2: with random nonces a key may encrypt 2^32 texts
constexpr std::size_t tag_bytes = 16;

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

int length(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw std::length_error("a text is too long to be sealed");
    return static_cast<int>(text.size());
}

void must(int outcome) {
    if (outcome != 1)
        throw std::runtime_error("OpenSSL could not encrypt");
}

// Returns the additional authenticated data: format, key and place.
std::string associated(std::string_view key_id, std::string_view bound_to) {
    return std::string(format).append(key_id).append(".").append(bound_to);
}

cipher_context begin(
        const master_key& key, std::string_view nonce, std::string_view bound_to, bool is_sealing) {
    cipher_context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    if (!context)
        throw std::runtime_error("OpenSSL could not encrypt");
    const auto* key_bytes = raw(key.bytes.reveal());
    const auto mode = is_sealing ? 1 : 0;
    must(EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_bytes, raw(nonce), mode));
    const auto extra = associated(key.id, bound_to);
    int written = 0;
    must(EVP_CipherUpdate(context.get(), nullptr, &written, raw(extra), length(extra)));
    return context;
}

master_key named(secret bytes) {
    const auto mark = hmac_sha256(bytes_of(bytes.reveal()), "scimd master key");
    return {to_hex(mark).substr(0, key_id_digits), std::move(bytes)};
}

std::optional<secret> key_bytes(std::string_view text) {
    constexpr std::string_view hexadecimal_digits = "0123456789abcdef";
    if (text.size() == 2 * master_key_bytes) {
        std::string bytes;
        for (std::size_t i = 0; i < text.size(); i += 2) {
            const auto high = hexadecimal_digits.find(to_lower_ascii(text[i]));
            const auto low = hexadecimal_digits.find(to_lower_ascii(text[i + 1]));
            if (high == std::string_view::npos || low == std::string_view::npos)
                return std::nullopt;
            bytes += static_cast<char>(high << 4U | low);
        }
        return secret(std::move(bytes));
    }
    const auto decoded = from_base64(text);
    return decoded && decoded->size() == master_key_bytes ? std::optional(secret(text_of(*decoded)))
                                                          : std::nullopt;
}

std::vector<std::string_view> entries(std::string_view text) {
    std::vector<std::string_view> found;
    for (const auto line : split(text, '\n')) {
        const auto content = line.starts_with('#') ? std::string_view() : line;
        for (auto entry : split(content, ',')) {
            if (entry.ends_with('\r'))
                entry.remove_suffix(1);
            if (entry = trim(entry); !entry.empty())
                found.push_back(entry);
        }
    }
    return found;
}

}  // namespace

master_key make_master_key(random_source& random) {
    std::array<std::byte, master_key_bytes> bytes{};
    random.fill(bytes);
    return named(secret(text_of(bytes)));
}

result<std::vector<master_key>> parse_master_keys(std::string_view text) {
    const auto found = entries(text);
    if (found.empty())
        return error{errc::invalid_value, "there is no master key in it"};
    if (found.size() > master_keys_max)
        return error{errc::invalid_value, "there are more than 16 master keys in it"};
    std::vector<master_key> keys;
    for (const auto entry : found) {
        const auto position = "master key " + std::to_string(keys.size() + 1);
        auto bytes = key_bytes(entry);
        if (!bytes)
            return error{errc::invalid_value, position + " is not 32 bytes in base64 or hexadecimal"};
        auto key = named(std::move(*bytes));
        if (std::ranges::find(keys, key.id, &master_key::id) != keys.end())
            return error{errc::invalid_value, position + " is there twice"};
        keys.push_back(std::move(key));
    }
    return keys;
}

secret to_text(const std::vector<master_key>& keys) {
    std::string text;
    for (const auto& key : keys)
        text += to_base64(bytes_of(key.bytes.reveal())) + '\n';
    return secret(std::move(text));
}

secret to_text(const master_key& key) {
    return secret(to_base64(bytes_of(key.bytes.reveal())) + '\n');
}

vault::vault(std::vector<master_key> keys, random_source& random) : keys_(std::move(keys)), random_(random) {
    if (keys_.empty())
        throw std::logic_error("a vault needs a key");
}

std::string vault::seal(std::string_view plain, std::string_view bound_to) const {
    std::vector<std::byte> sealed(nonce_bytes + plain.size() + tag_bytes);
    const std::span all(sealed);
    random_.fill(all.first(nonce_bytes));
    const auto ciphertext = all.subspan(nonce_bytes);
    const auto nonce = text_of(all.first(nonce_bytes));

    const std::shared_lock hold(lock_);
    const auto& key = keys_.front();
    const auto context = begin(key, nonce, bound_to, true);
    int written = 0;
    must(EVP_CipherUpdate(context.get(), raw(ciphertext), &written, raw(plain), length(plain)));
    must(EVP_CipherFinal_ex(context.get(), raw(ciphertext.subspan(plain.size())), &written));
    auto* const tag = ciphertext.subspan(plain.size()).data();
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag));
    return std::string(format).append(key.id).append(".").append(to_base64url(sealed));
}

std::optional<secret> vault::open(std::string_view sealed, std::string_view bound_to) const {
    const auto key_id = key_of(sealed);
    if (key_id.empty())
        return std::nullopt;
    auto bytes = from_base64url(sealed.substr(format.size() + key_id_digits + 1));
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes)
        return std::nullopt;

    const std::shared_lock hold(lock_);
    const auto key = std::ranges::find(keys_, key_id, &master_key::id);
    if (key == keys_.end())
        return std::nullopt;
    const auto all = std::span(*bytes);
    const auto ciphertext = text_of(all.subspan(nonce_bytes, all.size() - nonce_bytes - tag_bytes));
    const auto context = begin(*key, text_of(all.first(nonce_bytes)), bound_to, false);
    std::vector<std::byte> opened(ciphertext.size() + 1);  // never empty, so that it has an address
    int written = 0;
    must(EVP_CipherUpdate(context.get(), raw(opened), &written, raw(ciphertext), length(ciphertext)));
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, all.last(tag_bytes).data()));
    if (EVP_CipherFinal_ex(context.get(), raw(opened), &written) != 1)
        return std::nullopt;
    return secret(text_of(std::span(opened).first(ciphertext.size())));
}

std::vector<master_key> vault::derived(std::string_view purpose) const {
    const std::shared_lock hold(lock_);
    std::vector<master_key> made;
    made.reserve(keys_.size());
    for (const auto& key : keys_)
        made.push_back(named(secret(text_of(hmac_sha256(bytes_of(key.bytes.reveal()), purpose)))));
    return made;
}

bool vault::knows(std::string_view key_id) const {
    const std::shared_lock hold(lock_);
    return std::ranges::find(keys_, key_id, &master_key::id) != keys_.end();
}

std::string vault::sealing_key() const {
    const std::shared_lock hold(lock_);
    return keys_.front().id;
}

void vault::add_sealing_key(master_key key) {
    const std::unique_lock hold(lock_);
    std::erase_if(keys_, [&](const master_key& one) { return one.id == key.id; });
    keys_.insert(keys_.begin(), std::move(key));
}

std::string_view vault::key_of(std::string_view sealed) noexcept {
    if (!sealed.starts_with(format))
        return {};
    const auto rest = sealed.substr(format.size());
    return rest.find('.') == key_id_digits ? rest.substr(0, key_id_digits) : std::string_view();
}

}  // namespace scimd
