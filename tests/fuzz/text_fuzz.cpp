// Folding gives the same for text that has been folded, makes at most eleven bytes of one and charges for
// them; text that may be stored has no long runs of marks, in any form.
#include "base/text.hpp"
#include "fuzz/budget.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t growth_max = 11;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const bool is_storable = scimd::is_storable(text);
    scimd::fuzz::in_proportion(text.size(), [&](scimd::work_budget& work) {
        const auto folded = scimd::fold(text, work);
        if (folded.size() > growth_max * text.size() || work.used() < text.size())
            std::abort();
        if (is_storable && !scimd::is_storable(folded))
            std::abort();
        if (is_storable && !scimd::contains(folded, scimd::fold(text)))
            std::abort();
    });
    return 0;
}
