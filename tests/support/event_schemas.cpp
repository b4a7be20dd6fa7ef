#include "support/event_schemas.hpp"

#include "base/json/json.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace scimd::test {
namespace {

using adapter = valijson::adapters::BoostJsonAdapter;

std::filesystem::path schema_path(std::string_view name) {
    return std::filesystem::path(SCIMD_EVENT_SCHEMAS) / name;
}

std::unique_ptr<json::value> read_schema(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    if (text.empty())
        throw std::runtime_error("no schema in " + file.string());
    return std::make_unique<json::value>(json::parse(text));
}

std::unique_ptr<valijson::Schema> parse_schema(const std::filesystem::path& file) {
    const auto read = read_schema(file);
    auto schema = std::make_unique<valijson::Schema>();
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    // The only reference is to "envelope.json" in the same folder. The parser returns each document to be
    // freed.
    parser.populateSchema<adapter>(
            adapter(*read), *schema,
            [](const std::string& name) { return read_schema(schema_path(name)).release(); },
            [](const json::value* document) { const std::unique_ptr<const json::value> owned(document); });
    return schema;
}

// nullptr: the type has no schema.
const valijson::Schema* schema_of(std::string_view type) {
    static std::map<std::string, std::unique_ptr<valijson::Schema>, std::less<>> known;
    auto found = known.find(type);
    if (found == known.end()) {
        const auto file = schema_path(std::string(type) + ".json");
        auto schema = std::filesystem::exists(file) ? parse_schema(file) : nullptr;
        found = known.emplace(type, std::move(schema)).first;
    }
    return found->second.get();
}

std::string to_text(const valijson::ValidationResults::Error& one) {
    std::string text;
    for (const auto& step : one.context)
        text += step;
    return text + ": " + one.description + "\n";
}

}  // namespace

std::string why_not_as_described(std::string_view type, std::string_view body) {
    const auto* schema = schema_of(type);
    if (!schema)
        return "no schema for " + std::string(type) + "\n";
    boost::system::error_code failure;
    const auto event = json::parse(body, failure);
    if (failure)
        return "no JSON: " + failure.message() + "\n";
    thread_local valijson::Validator validator(
            valijson::Validator::kStrongTypes);  // keeps the patterns it has met
    valijson::ValidationResults results;
    if (validator.validate(*schema, adapter(event), &results))
        return {};
    std::string text;
    for (const auto& one : results)
        text += to_text(one);
    return text;
}

}  // namespace scimd::test
