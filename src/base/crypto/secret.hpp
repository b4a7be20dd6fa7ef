// Type for secrets: a string that cannot be logged, serialized or compared by accident. Move-only value; its
// memory is wiped when it is destroyed. A secret is read only through reveal(), so that a search for that
// name finds every use.
#pragma once

#include <string>
#include <string_view>

namespace scimd {

class secret {
public:
    secret() = default;
    explicit secret(std::string text) noexcept;
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret();

    [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

private:
    std::string text_;
};

}  // namespace scimd
