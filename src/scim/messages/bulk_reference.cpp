#include "scim/messages/bulk_reference.hpp"

#include "base/text.hpp"
#include "scim/filter/quotation.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace scimd::scim {
namespace {

constexpr std::string_view prefix = "bulkId:";

// Position of a reference in a text.
struct position {
    std::size_t start = 0;
    std::size_t bytes = 0;
};

std::string_view bulk_id_at(std::string_view text, const position& found_at) {
    return text.substr(found_at.start, found_at.bytes).substr(prefix.size());
}

// Finds the reference in "../Users/bulkId:x".
std::vector<position> positions_in_url(std::string_view text) {
    const auto slash = text.rfind('/');
    const auto start = slash == std::string_view::npos ? 0 : slash + 1;
    if (reference_in_id(text.substr(start)).empty())
        return {};
    return {{start, text.size() - start}};
}

// Finds the references in members[value eq "bulkId:x"].
std::vector<position> positions_in_path(std::string_view text) {
    std::vector<position> found;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!opens_quotation(text, i))
            continue;
        const auto quoted = quotation_at(text, i);
        if (!quoted)
            break;
        if (!reference_in_id(quoted->inside).empty())
            found.push_back({quoted->begin, quoted->inside.size()});
        i = quoted->end - 1;
    }
    return found;
}

// Traverses data and passes each text with references to the visitor.
class reference_walk {
public:
    explicit reference_walk(bulk_method method) : method_(method) {}

    [[nodiscard]] std::vector<position> positions_in(std::string_view name, std::string_view text) const {
        if (!reference_in_id(text).empty())
            return {{0, text.size()}};
        if (text.find(prefix) == std::string_view::npos)
            return {};
        if (equals_ignoring_case(name, "$ref"))
            return positions_in_url(text);
        if (method_ == bulk_method::patch && equals_ignoring_case(name, "path"))
            return positions_in_path(text);
        return {};
    }

    void collect(std::string_view name, const json::value& value, std::vector<std::string>& found) const {
        if (const auto* const object = value.if_object())
            for (const auto& member : *object)
                collect(member.key(), member.value(), found);
        else if (const auto* const array = value.if_array())
            for (const auto& element : *array)
                collect(name, element, found);
        else if (const auto* const text = value.if_string())
            for (const auto& found_at : positions_in(name, *text))
                found.emplace_back(bulk_id_at(*text, found_at));
    }

    // Empty: the resource that the value identifies does not exist yet.
    std::optional<json::value> resolve(
            std::string_view name, const json::value& value, const bulk_lookup& id_of) const {
        if (const auto* const object = value.if_object())
            return resolve_object(*object, id_of, false);
        if (const auto* const array = value.if_array()) {
            json::array made;
            made.reserve(array->size());
            for (const auto& element : *array)
                if (auto resolved = resolve(name, element, id_of))
                    made.push_back(std::move(*resolved));
            return json::value(std::move(made));
        }
        if (const auto* const text = value.if_string())
            return resolve_text(name, *text, id_of);
        return value;
    }

    std::optional<json::value> resolve_object(
            const json::object& object, const bulk_lookup& id_of, bool is_whole) const {
        json::object made;
        for (const auto& member : object) {
            auto resolved = resolve(member.key(), member.value(), id_of);
            if (resolved)
                made.insert_or_assign(member.key(), std::move(*resolved));
            else if (!is_whole && equals_ignoring_case(member.key(), "value"))
                return std::nullopt;
        }
        return json::value(std::move(made));
    }

private:
    std::optional<json::value> resolve_text(
            std::string_view name, std::string_view text, const bulk_lookup& id_of) const {
        std::string made;
        std::size_t done = 0;
        for (const auto& found_at : positions_in(name, text)) {
            const auto id = id_of(std::string(bulk_id_at(text, found_at)));
            if (!id)
                return std::nullopt;
            made.append(text, done, found_at.start - done).append(*id);
            done = found_at.start + found_at.bytes;
        }
        return json::value(made.append(text, done));
    }

    bulk_method method_;
};

}  // namespace

std::string_view reference_in_id(std::string_view id) noexcept {
    return id.starts_with(prefix) ? id.substr(prefix.size()) : std::string_view();
}

std::vector<std::string> references_of(const bulk_demand& demand) {
    std::vector<std::string> found;
    if (const auto in_id = reference_in_id(demand.id); !in_id.empty())
        found.emplace_back(in_id);
    for (const auto& member : demand.data)
        reference_walk(demand.method).collect(member.key(), member.value(), found);
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

json::object resolve_references(const bulk_demand& demand, const bulk_lookup& id_of) {
    auto made = reference_walk(demand.method).resolve_object(demand.data, id_of, true);
    return std::move(made->get_object());
}

}  // namespace scimd::scim
