#include "play.hpp"

#include "lost.hpp"
#include "variables.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <random>

namespace conformance {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
            [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string make_unique() {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::random_device source;
    std::string out;
    for (int i = 0; i < 12; ++i)
        out += digits[source() % digits.size()];
    return out;
}

// Applies a merge patch (RFC 7396).
json::value merge(json::value target, const json::value& patch) {
    const auto* changes = patch.if_object();
    if (!changes)
        return patch;
    if (!target.is_object())
        target.emplace_object();
    auto& object = target.get_object();
    for (const auto& [name, value] : *changes)
        if (value.is_null())
            object.erase(name);
        else
            object[name] = merge(object[name], value);
    return target;
}

// Header fields by name, ignoring case: a later one replaces an earlier one, null removes it.
class header_set {
public:
    void put(const json::object& given, const variables& known) {
        for (const auto& [name, value] : given) {
            const std::string_view key = name;
            std::erase_if(rows_, [&](const header& row) { return equals_ignoring_case(row.name, key); });
            if (!value.is_null())
                rows_.push_back({std::string(key), substitute_text(value.as_string(), known)});
        }
    }

    std::vector<header> take() { return std::move(rows_); }

private:
    std::vector<header> rows_;
};

std::string make_target(const request_template& wanted, const stage& where, const variables& known) {
    std::string target = where.http.server.path + substitute_text(wanted.path, known);
    for (const auto& [name, value] : wanted.query) {
        target += target.find('?') == std::string::npos ? '?' : '&';
        target += percent_encode(name) + '=' + percent_encode(substitute_text(value.as_string(), known));
    }
    return target.empty() ? "/" : target;
}

request make_request(const request_template& wanted, const json::object& shared, const stage& where,
        const variables& known) {
    request out;
    out.method = wanted.method;
    out.target = make_target(wanted, where, known);
    if (wanted.body)
        out.body = json::serialize(substitute(*wanted.body, known));
    if (wanted.raw_body)
        out.body = substitute_text(*wanted.raw_body, known);
    if (!wanted.body_from.empty())
        out.body = json::serialize(merge(known.at(wanted.body_from), substitute(wanted.edit, known)));

    header_set headers;
    headers.put({{"Authorization", "Bearer {{token}}"}, {"User-Agent", "scimd-conformance"}}, known);
    if (out.body)
        headers.put({{"Content-Type", "application/scim+json"}}, known);
    headers.put(shared, known);
    headers.put(wanted.headers, known);
    out.headers = headers.take();
    return out;
}

bool has_member(const json::value& document, std::string_view name) {
    if (const auto* list = document.if_array())
        return std::any_of(list->begin(), list->end(),
                [&](const json::value& element) { return has_member(element, name); });
    const auto* object = document.if_object();
    return object && std::any_of(object->begin(), object->end(), [&](const auto& member) {
        return equals_ignoring_case(member.key(), name) || has_member(member.value(), name);
    });
}

// Checks one exchange against its expectation.
class judge {
public:
    judge(const reply& answer, step_outcome& out) : answer_(answer), out_(out) {}

    // Checks what every reply of a SCIM server must satisfy (README.md, "What is always checked").
    void check_always() {
        const std::string* type = answer_.find("Content-Type");
        if (answer_.body.empty())
            return;
        require(answer_.status != 204 && answer_.status != 304,
                {"body", "none with status " + std::to_string(answer_.status), excerpt(answer_.body)});
        boost::system::error_code failure;
        document_ = json::parse(answer_.body, failure);
        require(!failure, {"body", "JSON", excerpt(answer_.body)});
        is_json_ = !failure;
        const bool is_scim =
                type && (type->starts_with("application/scim+json") || type->starts_with("application/json"));
        require(is_scim, {"Content-Type", "application/scim+json", type ? *type : "absent"});
        require(!has_member(document_, "password"), {"body", "no password", "there is one"});
        check_location();
    }

    void check(const expectation& wanted, const variables& known) {
        const auto allowed = [&](int status) { return status == answer_.status; };
        require(std::any_of(wanted.statuses.begin(), wanted.statuses.end(), allowed),
                {"status", name(wanted.statuses), std::to_string(answer_.status)});
        for (const auto& [name, pattern] : wanted.headers)
            check_header(std::string(name), substitute(pattern, known));
        if (wanted.body)
            add(match(substitute(*wanted.body, known), document(), "body"));
        for (const auto& [path, pattern] : wanted.at)
            add(match(substitute(pattern, known), at(path), std::string(path)));
        for (const auto& path : wanted.absent) {
            const json::value* found = at(path);
            require(!found, {path, "absent", found ? excerpt(*found) : ""});
        }
        require(!wanted.is_empty || answer_.body.empty(), {"body", "none", excerpt(answer_.body)});
        const long elapsed = answer_.elapsed.count();
        require(elapsed <= wanted.milliseconds_max.value_or(elapsed),
                {"time", "at most " + std::to_string(wanted.milliseconds_max.value_or(0)) + " ms",
                        std::to_string(elapsed) + " ms"});
    }

    // Checks that the attributes of a created resource are returned, unless the case says that they are not.
    void check_nothing_lost(const std::optional<std::string>& sent, const expectation& wanted) {
        const auto* answer = is_json_ ? document_.if_object() : nullptr;
        boost::system::error_code failure;
        const auto body = sent ? json::parse(*sent, failure) : json::value();
        if (failure || !body.is_object() || !answer)
            return;
        auto expected = wanted.ignored;
        for (const auto& [name, path] : wanted.moved) {
            expected.emplace_back(name);
            require(at(path.as_string()) != nullptr, {std::string(path.as_string()), "present", "absent"});
        }
        std::ranges::sort(expected);
        const auto lost = lost_attributes(body.get_object(), *answer);
        require(lost == expected, {"ignored", joined(expected), joined(lost)});
    }

    // Returns the value that a shape selects in the reply; records a failure if there is none.
    json::value pick(const json::value& shape) {
        if (const auto* object = shape.if_object()) {
            json::object out;
            for (const auto& [name, inner] : *object)
                out.emplace(name, pick(inner));
            return out;
        }
        const std::string path(shape.as_string());
        static constexpr std::string_view header_prefix = "header:";
        if (path.starts_with(header_prefix)) {
            const std::string* value = answer_.find(path.substr(header_prefix.size()));
            require(value != nullptr, {path, "a value to remember", "absent"});
            return value ? json::value(*value) : json::value();
        }
        const json::value* value = at(path);
        require(value != nullptr, {path, "a value to remember", "absent"});
        return value ? *value : json::value();
    }

    [[nodiscard]] const json::value* document() const { return is_json_ ? &document_ : nullptr; }

private:
    // Checks Location and meta.location (RFC 7643 §3.1, RFC 7644 §3.3).
    void check_location() {
        const auto* location = at("meta.location");
        if (!location || !location->is_string())
            return;
        for (const auto* name : {"Content-Location", "Location"}) {
            const std::string* value = answer_.find(name);
            const bool is_same = !value || *value == location->get_string();
            require(is_same, {name, "meta.location", value ? *value : ""});
        }
    }

    [[nodiscard]] const json::value* at(std::string_view path) const {
        return is_json_ ? find(document_, path) : nullptr;
    }

    static std::string joined(const std::vector<std::string>& names) {
        std::string out;
        for (const auto& each : names)
            out += (out.empty() ? "" : ", ") + each;
        return out.empty() ? "nothing" : out;
    }

    static std::string name(const std::vector<int>& statuses) {
        std::string out;
        for (const int status : statuses)
            out += (out.empty() ? "" : " or ") + std::to_string(status);
        return out;
    }

    void check_header(const std::string& name, const json::value& pattern) {
        const std::string* found = answer_.find(name);
        const json::value value = found ? json::value(*found) : json::value();
        add(match(pattern, found ? &value : nullptr, "header " + name));
    }

    void require(bool holds, mismatch fallback) {
        ++out_.assertions;
        if (!holds)
            out_.failures.push_back(std::move(fallback));
    }

    void add(std::vector<mismatch> found) {
        ++out_.assertions;
        out_.failures.insert(out_.failures.end(), found.begin(), found.end());
    }

    const reply& answer_;
    step_outcome& out_;
    json::value document_;
    bool is_json_ = false;
};

class player {
public:
    player(const dialogue& talk, const stage& where) : talk_(talk), where_(where) {
        known_ = {
                {"unique", json::value(make_unique())},
                {"base_url", json::value(where.base_url)},
                {"domain", json::value(where.domain)},
                {"token", json::value(where.token)},
                {"user_token", json::value(where.user_token)},
        };
        for (const auto& [name, value] : talk.variables)
            known_[name] = substitute(value, known_);
    }

    outcome run() {
        outcome out{&talk_, {}, false};
        for (const auto& each : talk_.steps) {
            out.steps.push_back(play_all(each));
            const bool ends = where_.is_strict && each.strict && each.strict->ends;
            if (ends || !out.steps.back().failures.empty())
                break;
        }
        tear_down();
        return out;
    }

private:
    // Plays a step and its repetitions as one; its captures become lists.
    step_outcome play_all(const step& wanted) {
        step_outcome out;
        out.note = wanted.note;
        out.proves = wanted.proves;
        std::map<std::string, json::array, std::less<>> lists;
        for (std::size_t i = 0; i < wanted.repeat && out.failures.empty(); ++i) {
            known_["index"] = i + 1;
            play_once(wanted, out);
            if (wanted.repeat > 1)
                for (const auto& member : wanted.capture)
                    lists[member.key()].push_back(known_[member.key()]);
        }
        for (auto& [name, list] : lists)
            known_[name] = std::move(list);
        return out;
    }

    void play_once(const step& wanted, step_outcome& out) {
        const request message = make_request(wanted.request, talk_.headers, where_, known_);
        out.exchange = message.method + ' ' + message.target;
        const auto answer = where_.http.send(message);
        if (!answer) {
            out.failures.push_back({"connection", "a reply", answer.error().message()});
            return;
        }
        out.exchange += " -> " + std::to_string(answer->status) + " in " +
                        std::to_string(answer->elapsed.count()) + " ms";
        out.reply = excerpt(answer->body);
        judge verdict(*answer, out);
        verdict.check_always();
        const bool is_strict = where_.is_strict && wanted.strict;
        const expectation& expected = is_strict ? *wanted.strict : wanted.expect;
        verdict.check(expected, known_);
        const bool shows_some = message.target.find("ttributes=") != std::string::npos;
        if (message.method == "POST" && answer->status == 201 && !shows_some)
            verdict.check_nothing_lost(message.body, expected);
        remember_created(message, *answer, verdict.document());
        if (is_strict && wanted.strict->ends)
            return;
        for (const auto& [name, shape] : wanted.capture)
            known_[name] = verdict.pick(shape);
    }

    void remember_created(const request& message, const reply& answer, const json::value* document) {
        if (message.method != "POST" || answer.status != 201 || !document)
            return;
        const json::value* id = find(*document, "id");
        if (id && id->is_string())
            created_.push_back(
                    message.target.substr(0, message.target.find('?')) + '/' + std::string(id->get_string()));
    }

    // Deletes the created resources. Failures are ignored: a resource may be deleted already.
    void tear_down() {
        for (const auto& each : talk_.teardown) {
            try {
                play_all(each);
            } catch (const unknown_variable&) {
                continue;  // its resource was never created
            }
        }
        if (where_.keeps_resources)
            return;
        std::reverse(created_.begin(), created_.end());
        for (const auto& target : created_)
            (void)where_.http.send({"DELETE", target, {{"Authorization", "Bearer " + where_.token}}, {}});
    }

    const dialogue& talk_;
    const stage& where_;
    variables known_;
    std::vector<std::string> created_;
};

}  // namespace

outcome play(const dialogue& talk, const stage& where) {
    if (talk.needs_user_token && where.user_token.empty())
        return {&talk, {}, true};
    return player(talk, where).run();
}

}  // namespace conformance
