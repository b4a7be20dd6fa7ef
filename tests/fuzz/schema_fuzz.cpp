// A definition file is loaded or refused with reasons; what is loaded, shown at /Schemas and /ResourceTypes,
// loads again and is shown the same.
#include "base/json/json.hpp"
#include "scim/schema/discovery.hpp"
#include "scim/schema/schema_loader.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace scimd::scim;
namespace json = scimd::json;

// All that is not built in, as one file.
std::string shown(const catalogue& types) {
    json::array all;
    for (const schema* const each : types.schemas())
        if (!each->is_built_in)
            all.emplace_back(schema_document(*each, ""));
    for (const resource_type& each : types.resource_types()) {
        json::object document = resource_type_document(each, "");
        document["idPrefix"] = each.id_prefix;
        all.emplace_back(std::move(document));
    }
    return scimd::to_text(json::value(std::move(all)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (!scimd::parse_json(text))
        return 0;
    const definition_file file{"fuzz.json", std::string(text)};
    const auto loaded = extend_standard(std::vector{file});
    if (loaded.types.has_value() != loaded.errors.empty())
        std::abort();
    if (!loaded.types)
        return 0;
    const std::string first = shown(*loaded.types);
    const auto again = extend_standard(std::vector{definition_file{"again.json", first}});
    if (!again.types || shown(*again.types) != first)
        std::abort();
    return 0;
}
