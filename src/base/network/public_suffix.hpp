// The Public Suffix List (publicsuffix.org): names under which anyone may register, such as "com", "co.uk",
// "github.io".
#pragma once

#include "base/network/domain_name.hpp"

#include <memory>

struct psl_ctx_st;

namespace scimd {

// The newer of the system's list (Debian package publicsuffix) and the list built into libpsl. Thread-safe.
class public_suffixes {
public:
    public_suffixes();

    // True for names in either section of the list: registries, and companies that give out sub-domains.
    [[nodiscard]] bool contains(const domain_name& name) const;

private:
    struct deleter {
        void operator()(psl_ctx_st* list) const noexcept;
    };
    std::unique_ptr<psl_ctx_st, deleter> list_;
};

}  // namespace scimd
