#include "service/events/event_source.hpp"

#include "base/json/json.hpp"

namespace scimd::service {

std::string event_source_text(const event_source& source) {
    return to_text(json::object{{"environment", source.environment.value}, {"source", source.source},
            {"type", source.actor.type}, {"id", source.actor.id}, {"suffix", source.actor.suffix},
            {"request_id", source.request_id}});
}

event_source parse_event_source(std::string_view text) {
    const auto from = parse_json_object(text).value();
    const auto member = [&](std::string_view name) { return std::string(*find_string(from, name)); };
    return {environment_id{find(from, "environment")->to_number<std::int64_t>()}, member("source"),
            {member("type"), member("id"), member("suffix")}, member("request_id")};
}

}  // namespace scimd::service
