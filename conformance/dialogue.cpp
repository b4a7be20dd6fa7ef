#include "dialogue.hpp"

#include "pattern.hpp"
#include "variables.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>

namespace conformance {
namespace {

namespace fs = std::filesystem;

// Reads a JSON object, every member of which must be read: a misspelt one is an error, never ignored.
class reader {
public:
    reader(const json::value& value, std::string where, std::initializer_list<std::string_view> names)
            : where_(std::move(where)) {
        if (!value.is_object())
            fail("an object is wanted");
        object_ = &value.get_object();
        for (const auto& member : *object_)
            if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
                fail("there is no member \"" + std::string(member.key()) + "\" here");
    }

    [[noreturn]] void fail(const std::string& reason) const { throw bad_data(where_ + ": " + reason); }
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] const json::value* find(std::string_view name) const { return object_->if_contains(name); }

    [[nodiscard]] const json::value& need(std::string_view name) const {
        if (const auto* found = find(name))
            return *found;
        fail("\"" + std::string(name) + "\" is missing");
    }

    [[nodiscard]] std::string text(std::string_view name) const { return to_string(need(name), name); }

    [[nodiscard]] std::string text_or_empty(std::string_view name) const {
        const auto* found = find(name);
        return found ? to_string(*found, name) : std::string();
    }

    [[nodiscard]] json::object object(std::string_view name) const {
        const auto* found = find(name);
        if (!found)
            return {};
        if (!found->is_object())
            fail("\"" + std::string(name) + "\" must be an object");
        return found->get_object();
    }

    [[nodiscard]] json::array list(std::string_view name) const {
        const auto* found = find(name);
        if (!found)
            return {};
        if (!found->is_array())
            fail("\"" + std::string(name) + "\" must be a list");
        return found->get_array();
    }

    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
        std::vector<std::string> out;
        for (const auto& element : list(name))
            out.push_back(to_string(element, name));
        return out;
    }

    [[nodiscard]] long number(const json::value& value, std::string_view name) const {
        if (!value.is_int64())
            fail("\"" + std::string(name) + "\" must be a whole number");
        return static_cast<long>(value.get_int64());
    }

    void check_pattern(const json::value& pattern) const {
        if (const auto defect = find_defect(pattern))
            fail(*defect);
    }

    void check_texts(const json::object& members, bool allows_null) const {
        for (const auto& [name, value] : members)
            if (!value.is_string() && !(allows_null && value.is_null()))
                fail("\"" + std::string(name) + "\" must be text");
    }

    // Checks a shape: a path, "header:Name", or an object of shapes.
    void check_shape(const json::value& shape) const {
        if (const auto* object = shape.if_object())
            for (const auto& member : *object)
                check_shape(member.value());
        else if (!shape.is_string())
            fail("what is captured is named by a path");
    }

private:
    [[nodiscard]] std::string to_string(const json::value& value, std::string_view name) const {
        if (!value.is_string())
            fail("\"" + std::string(name) + "\" must be text");
        return std::string(value.get_string());
    }

    const json::object* object_ = nullptr;
    std::string where_;
};

request_template read_request(const json::value& value, const std::string& where) {
    const reader in(
            value, where, {"method", "path", "query", "headers", "body", "raw_body", "body_from", "edit"});
    request_template out;
    out.method = in.text("method");
    out.path = in.text("path");
    out.query = in.object("query");
    out.headers = in.object("headers");
    if (const auto* body = in.find("body"))
        out.body = *body;
    if (in.find("raw_body"))
        out.raw_body = in.text("raw_body");
    out.body_from = in.text_or_empty("body_from");
    out.edit = in.object("edit");
    in.check_texts(out.query, false);
    in.check_texts(out.headers, true);
    if (out.body.has_value() + out.raw_body.has_value() + !out.body_from.empty() > 1)
        in.fail("one of body, raw_body and body_from makes the body");
    if (out.body_from.empty() && !out.edit.empty())
        in.fail("edit goes with body_from");
    if (!out.path.empty() && !out.path.starts_with('/'))
        in.fail("path begins with a slash");
    return out;
}

enum class ending { none, possible };

expectation read_expectation(const json::value& value, const std::string& where, ending end = ending::none) {
    const reader in(value, where,
            {"status", "headers", "body", "at", "absent", "empty", "ignored", "moved", "milliseconds_max",
                    "ends"});
    if (const auto* ends = in.find("ends")) {
        if (end == ending::none || !ends->is_bool())
            in.fail("\"ends\" is a boolean and goes with \"strict\"");
    }
    expectation out;
    const json::value& status = in.need("status");
    if (const auto* list = status.if_array())
        for (const auto& one : *list)
            out.statuses.push_back(static_cast<int>(in.number(one, "status")));
    else
        out.statuses.push_back(static_cast<int>(in.number(status, "status")));
    if (out.statuses.empty())
        in.fail("\"status\" allows nothing");
    out.headers = in.object("headers");
    out.at = in.object("at");
    out.absent = in.texts("absent");
    out.ignored = in.texts("ignored");
    out.moved = in.object("moved");
    if (const auto* body = in.find("body"))
        out.body = *body;
    if (const auto* empty = in.find("empty"))
        out.is_empty = empty->is_bool() && empty->get_bool();
    if (const auto* ends = in.find("ends"))
        out.ends = ends->get_bool();
    if (const auto* limit = in.find("milliseconds_max"))
        out.milliseconds_max = in.number(*limit, "milliseconds_max");

    in.check_pattern(out.body.value_or(nullptr));
    for (const auto& member : out.headers)
        in.check_pattern(member.value());
    for (const auto& member : out.at)
        in.check_pattern(member.value());
    return out;
}

step read_step(const json::value& value, const std::string& where) {
    const reader in(value, where, {"note", "proves", "request", "expect", "strict", "capture", "repeat"});
    step out;
    out.note = in.text("note");
    out.proves = in.texts("proves");
    const std::string at = where + " (" + out.note + ')';
    out.request = read_request(in.need("request"), at + ", request");
    out.expect = read_expectation(in.need("expect"), at + ", expect");
    if (const auto* strict = in.find("strict"))
        out.strict = read_expectation(*strict, at + ", strict", ending::possible);
    out.capture = in.object("capture");
    for (const auto& member : out.capture)
        in.check_shape(member.value());
    if (const auto* repeat = in.find("repeat")) {
        const long times = in.number(*repeat, "repeat");
        if (times < 1 || times > 10'000)
            in.fail("\"repeat\" is from 1 to 10000");
        out.repeat = static_cast<std::size_t>(times);
    }
    return out;
}

std::string numbered(std::string text, std::size_t number) {
    text += ' ';
    text += std::to_string(number);
    return text;
}

std::vector<step> read_steps(const json::array& list, const std::string& where) {
    std::vector<step> out;
    for (const auto& element : list)
        out.push_back(read_step(element, numbered(where, out.size() + 1)));
    return out;
}

void need_known(const json::value& document, const std::set<std::string>& known, const std::string& where) {
    std::set<std::string> names;
    collect_names(document, names);
    for (const auto& name : names)
        if (!known.contains(name))
            throw bad_data(std::string(where).append(": nothing gives {{").append(name).append("}} a value"));
}

// Checks that every variable has a value before it is used.
void check_variables(const dialogue& talk, const std::string& where) {
    std::set<std::string> known{"unique", "base_url", "domain", "token", "user_token", "index"};
    need_known(talk.headers, known, where);
    for (const auto& [name, value] : talk.variables) {
        need_known(value, known, where);
        known.insert(name);
    }
    std::vector<step> all = talk.steps;
    all.insert(all.end(), talk.teardown.begin(), talk.teardown.end());
    for (const auto& each : all) {
        std::string at = where;
        at.append(", step \"").append(each.note).append("\"");
        const auto& [method, path, query, headers, body, raw_body, body_from, edit] = each.request;
        need_known(json::array{json::value(path), query, headers, body.value_or(nullptr),
                           json::value(raw_body.value_or("")), edit},
                known, at);
        if (!body_from.empty() && !known.contains(body_from))
            throw bad_data(at.append(": nothing was captured as ").append(body_from));
        const std::optional<expectation> always = each.expect;
        for (const auto* wanted : {&always, &each.strict})
            if (*wanted)
                need_known(json::array{(*wanted)->headers, (*wanted)->body.value_or(nullptr), (*wanted)->at},
                        known, at);
        for (const auto& member : each.capture)
            known.insert(member.key());
    }
}

json::value parse_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in)
        throw bad_data(file.string() + ": cannot be read");
    boost::system::error_code failure;
    json::value document = json::parse(text.str(), failure);
    if (failure)
        throw bad_data(file.string() + ": is no JSON: " + failure.message());
    return document;
}

// Reads steps that many cases begin with: data/preludes/<name>.json, a list of steps.
std::vector<step> read_prelude(const fs::path& data, const std::string& name) {
    if (name.empty())
        return {};
    const fs::path file = data / "preludes" / (name + ".json");
    const json::value document = parse_file(file);
    if (!document.is_array())
        throw bad_data(file.string() + ": a list of steps is wanted");
    return read_steps(document.get_array(), file.string() + ": step");
}

dialogue read_dialogue(
        const json::value& value, const fs::path& data, const std::string& suite, const std::string& file) {
    const reader named(value, file,
            {"name", "section", "source", "corpus", "variables", "headers", "prelude", "steps", "teardown"});
    dialogue out;
    out.suite = suite;
    out.name = named.text("name");
    const std::string where = file + ": \"" + out.name + '"';
    if ((named.find("section") != nullptr) == (named.find("source") != nullptr))
        throw bad_data(where + ": one of section and source says where the case comes from");
    out.source = named.text_or_empty("section") + named.text_or_empty("source");
    out.corpus = named.texts("corpus");
    out.variables = named.object("variables");
    out.headers = named.object("headers");
    named.check_texts(out.headers, true);
    out.steps = read_prelude(data, named.text_or_empty("prelude"));
    const auto own = read_steps(named.list("steps"), where + ", step");
    if (own.empty())
        throw bad_data(where + ": there are no steps");
    out.steps.insert(out.steps.end(), own.begin(), own.end());
    out.teardown = read_steps(named.list("teardown"), where + ", teardown");
    check_variables(out, where);
    std::set<std::string> names;
    collect_names(value, names);
    out.needs_user_token = names.contains("user_token");
    return out;
}

// Loads the cases of a folder. The names of suites are relative to `base`.
void load_folder(
        const fs::path& data, const fs::path& folder, const fs::path& base, std::vector<dialogue>& out) {
    std::vector<fs::path> files;
    if (fs::is_directory(folder))
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file() && entry.path().extension() == ".json")
                files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        const std::string suite = file.lexically_relative(base).replace_extension().generic_string();
        const json::value document = parse_file(file);
        const json::array cases = document.is_array() ? document.get_array() : json::array{document};
        for (const auto& one : cases)
            out.push_back(read_dialogue(one, data, suite, file.string()));
    }
}

}  // namespace

std::vector<dialogue> load_dialogues(const fs::path& data) {
    std::vector<dialogue> out;
    load_folder(data, data / "cases", data / "cases", out);
    load_folder(data, data / "idp", data, out);
    std::set<std::pair<std::string, std::string>> names;
    for (const auto& talk : out)
        if (!names.emplace(talk.suite, talk.name).second)
            throw bad_data(talk.suite + ": two cases are called \"" + talk.name + '"');
    return out;
}

bool is_within(std::string_view suite, std::string_view wanted) {
    if (!suite.starts_with(wanted))
        return false;
    return suite.size() == wanted.size() || suite[wanted.size()] == '/';
}

}  // namespace conformance
