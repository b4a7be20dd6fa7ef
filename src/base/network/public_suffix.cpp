#include "base/network/public_suffix.hpp"

#include <libpsl.h>
#include <stdexcept>

namespace scimd {

void public_suffixes::deleter::operator()(psl_ctx_st* list) const noexcept {
    psl_free(list);
}

public_suffixes::public_suffixes() : list_(psl_latest(nullptr)) {
    if (!list_)
        throw std::runtime_error("public suffixes: there is no list; install the package publicsuffix");
}

bool public_suffixes::contains(const domain_name& name) const {
    return psl_is_public_suffix(list_.get(), name.text().c_str()) != 0;
}

}  // namespace scimd
