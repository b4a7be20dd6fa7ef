// The names under which anybody may register: "com", "co.uk", "github.io" (publicsuffix.org).
#pragma once

#include "base/network/domain_name.hpp"

#include <memory>

struct psl_ctx_st;

namespace scimd {

// The newer of the list of the system (Debian's package publicsuffix) and the one inside libpsl. Any thread.
class public_suffixes {
public:
    public_suffixes();

    // Of the list's section for registries and of the one for companies that let others have sub-domains.
    [[nodiscard]] bool contains(const domain_name& name) const;

private:
    struct deleter {
        void operator()(psl_ctx_st* list) const noexcept;
    };
    std::unique_ptr<psl_ctx_st, deleter> list_;
};

}  // namespace scimd
