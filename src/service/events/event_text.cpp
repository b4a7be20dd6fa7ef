#include "service/events/event_text.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace scimd::service {
namespace {

constexpr std::string_view raw_name = "raw_attributes";

// A shorter member stays: naming it in `omitted` would save nothing.
constexpr std::size_t part_bytes_min = 128;

std::size_t bytes_of(const json::value& value) {
    return to_text(value).size();
}

// Bytes of the elements that only one of the two lists has, whatever their order.
std::size_t differing_elements(const json::array& before, const json::array& after) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& element : before)
        ++counts[to_text(element)];
    for (const auto& element : after)
        --counts[to_text(element)];
    std::size_t bytes = 0;
    for (const auto& [text, count] : counts)
        bytes += text.size() * static_cast<std::size_t>(count < 0 ? -count : count);
    return bytes;
}

std::size_t differing_bytes(const json::value& before, const json::value& after);

std::size_t differing_members(const json::object& before, const json::object& after) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : after) {
        const auto* was = find(before, name);
        if (!was)
            bytes += bytes_of(value);
        else if (*was != value)
            bytes += differing_bytes(*was, value);
    }
    for (const auto& [name, value] : before)
        if (!find(after, name))
            bytes += bytes_of(value);
    return bytes;
}

std::size_t differing_bytes(const json::value& before, const json::value& after) {
    if (before.is_array() && after.is_array())
        return differing_elements(before.get_array(), after.get_array());
    if (before.is_object() && after.is_object())
        return differing_members(before.get_object(), after.get_object());
    return bytes_of(before) + bytes_of(after);
}

// A member that can be left out of an envelope.
struct part {
    std::vector<std::string> path;  // "data", "raw_attributes", "photos"
    std::size_t bytes = 0;
    bool has_changed = true;
};

std::string name_of(const part& member) {
    std::string text;
    for (const auto& step : member.path)
        text += (text.empty() ? "" : ".") + step;
    return text;
}

void erase(json::object& envelope, const part& member) {
    auto* from = &envelope;
    for (std::size_t i = 0; i + 1 < member.path.size(); ++i)
        from = &from->at(member.path[i]).as_object();
    from->stable_erase(member.path.back());
}

// The members that can be left out of an envelope, in the order in which they go.
class part_list {
public:
    part_list(const json::object& envelope, const state_difference* update)
            : update_(update), changed_(update ? find_array(envelope, "changed_attributes") : nullptr) {
        for (const std::string_view of : {"data", "previous_attributes"})
            if (const auto* members = find_object(envelope, of))
                for (const auto& [name, value] : *members)
                    add(std::string(of), name, value);
        std::ranges::stable_sort(parts_, [](const part& left, const part& right) {
            if (left.has_changed != right.has_changed)
                return right.has_changed;
            return left.bytes > right.bytes;
        });
    }

    [[nodiscard]] const std::vector<part>& in_order() const noexcept { return parts_; }

private:
    void add(const std::string& of, std::string_view name, const json::value& value) {
        if (update_ && name == raw_name && value.is_object()) {
            for (const auto& [attribute, content] : value.get_object())
                keep({{of, std::string(name), attribute}, bytes_of(content), has_changed_raw(attribute)});
            return;
        }
        keep({{of, std::string(name)}, bytes_of(value), !update_ || of != "data" || has_changed(name)});
    }

    void keep(part found) {
        if (found.bytes >= part_bytes_min)
            parts_.push_back(std::move(found));
    }

    [[nodiscard]] bool has_changed(std::string_view name) const {
        return changed_ && std::ranges::any_of(*changed_, [name](const json::value& one) {
            return one.is_string() && one.get_string() == name;
        });
    }
    [[nodiscard]] bool has_changed_raw(std::string_view attribute) const {
        return std::ranges::find(update_->raw_attributes, attribute) != update_->raw_attributes.end();
    }

    const state_difference* update_;
    const json::array* changed_;
    std::vector<part> parts_;
};

}  // namespace

state_difference difference_of(const json::object& before, const json::object& after) {
    state_difference found{.bytes = differing_members(before, after), .raw_attributes = {}};
    const auto* was = find_object(before, raw_name);
    const auto* is = find_object(after, raw_name);
    if (!was || !is)
        return found;
    for (const auto& [name, value] : *is) {
        const auto* old = find(*was, name);
        if (!old || *old != value)
            found.raw_attributes.emplace_back(name);
    }
    for (const auto& [name, value] : *was)
        if (!find(*is, name))
            found.raw_attributes.emplace_back(name);
    return found;
}

state_difference difference_from(const json::object& previous, const json::object& after) {
    state_difference found;
    for (const auto& [name, was] : previous) {
        const auto* is = find(after, name);
        found.bytes += is ? differing_bytes(was, *is) : bytes_of(was);
    }
    return found;
}

std::string event_text(json::object& envelope, const std::optional<state_difference>& update) {
    auto text = to_text(envelope);
    const auto bytes_max =
            update ? std::min(whole_update_bytes_max + update->bytes, event_bytes_max) : event_bytes_max;
    if (text.size() <= bytes_max)
        return text;
    json::array omitted;
    auto bytes = text.size() + std::string_view(R"("omitted":[],)").size();
    const part_list parts(envelope, update ? &*update : nullptr);
    for (const auto& each : parts.in_order()) {
        if (bytes <= bytes_max)
            break;
        erase(envelope, each);
        auto name = name_of(each);
        bytes += name.size() + 3;  // `omitted` gets the name, with quotes and a comma
        bytes -= std::min(bytes, each.bytes + each.path.back().size() + 3);
        omitted.emplace_back(std::move(name));
    }
    if (!omitted.empty())
        envelope["omitted"] = std::move(omitted);
    return to_text(envelope);
}

}  // namespace scimd::service
