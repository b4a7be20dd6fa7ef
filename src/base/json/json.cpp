#include "base/json/json.hpp"

#include "base/text.hpp"
#include "base/work_budget.hpp"

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <vector>

namespace scimd {

namespace {

constexpr std::uint64_t json_byte_steps = 1;    // to parse a byte
constexpr std::uint64_t json_value_steps = 40;  // to create a value in its array or object
constexpr std::uint64_t bytes_a_step = 4;       // of text that is copied as a whole

// Tracks the member names of the open objects, lower-cased, end to end in one buffer, so that an object costs
// no allocation of its own.
class open_names {
public:
    void begin_object() { starts_.push_back(names_.size()); }

    void append(std::string_view part) {
        const std::size_t before = bytes_.size();
        bytes_.append(part);
        const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(before);
        std::transform(first, bytes_.end(), first, [](char c) { return to_lower_ascii(c); });
    }

    // Returns the name whose value is being read, for error messages; empty: none, or the name is too long to
    // quote.
    [[nodiscard]] std::string_view last() const {
        if (names_.empty() || names_.back().end - names_.back().begin > quoted_bytes_max)
            return {};
        return name(names_.back());
    }

    void end_name() {
        const std::size_t begin = names_.empty() ? 0 : names_.back().end;
        names_.push_back({.begin = begin, .end = bytes_.size()});
    }

    // Closes the innermost object and returns a duplicate name in it, if any.
    std::optional<std::string> end_object() {
        const auto first = names_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
        starts_.pop_back();
        const auto duplicate = find_duplicate(first);
        if (first != names_.end())
            bytes_.resize(first->begin);
        names_.erase(first, names_.end());
        return duplicate;
    }

private:
    struct extent {
        std::size_t begin;
        std::size_t end;
    };
    using iterator = std::vector<extent>::iterator;

    static constexpr std::size_t quoted_bytes_max = 100;
    static constexpr std::ptrdiff_t pairwise_max =
            16;  // up to here, comparing all pairs is faster than sorting

    [[nodiscard]] std::string_view name(const extent& at) const {
        return {bytes_.data() + at.begin, at.end - at.begin};
    }

    // Sorts rather than hashes, so that no choice of names can make it quadratic.
    std::optional<std::string> find_duplicate(iterator first) {
        if (names_.end() - first <= pairwise_max)
            return find_duplicate_pairwise(first);
        std::vector<std::string_view> sorted;
        sorted.reserve(static_cast<std::size_t>(names_.end() - first));
        std::transform(first, names_.end(), std::back_inserter(sorted),
                [this](const extent& at) { return name(at); });
        std::sort(sorted.begin(), sorted.end());
        const auto duplicate = std::adjacent_find(sorted.begin(), sorted.end());
        return duplicate == sorted.end() ? std::nullopt : std::optional<std::string>(*duplicate);
    }

    [[nodiscard]] std::optional<std::string> find_duplicate_pairwise(iterator first) const {
        for (auto later = first; later != names_.end(); ++later) {
            for (auto earlier = first; earlier != later; ++earlier)
                if (name(*earlier) == name(*later))
                    return std::string(name(*later));
        }
        return std::nullopt;
    }

    std::string bytes_;
    std::vector<extent> names_;
    std::vector<std::size_t> starts_;  // index in names_ of the first name of each open object
};

// Handler of Boost.JSON's parser, which prescribes the names and signatures.
class document_builder {
public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    explicit document_builder(std::size_t nodes_max)
            : stack_(json::storage_ptr(), first_storage_.data(), first_storage_.size()),
              nodes_left_(nodes_max) {
        stack_.reset();
    }

    // Returns why the builder stopped the parser; empty when the parser stopped by itself.
    [[nodiscard]] const std::string& refusal() const { return refusal_; }
    [[nodiscard]] std::string_view last_name() const { return names_.last(); }
    json::value release() { return stack_.release(); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code& code) {
        names_.begin_object();
        return count_node(code);
    }

    bool on_object_end(std::size_t members, json::error_code& code) {
        if (const auto duplicate = names_.end_object())
            return refuse("the name \"" + *duplicate + "\" occurs twice in one object", code);
        stack_.push_object(members);
        return true;
    }

    bool on_array_begin(json::error_code& code) { return count_node(code); }

    bool on_array_end(std::size_t elements, json::error_code&) {
        stack_.push_array(elements);
        return true;
    }

    bool on_key_part(json::string_view part, std::size_t, json::error_code& code) {
        stack_.push_chars(part);
        names_.append(part);
        return check_characters(part, code);
    }

    bool on_key(json::string_view last, std::size_t, json::error_code& code) {
        stack_.push_key(last);
        names_.append(last);
        names_.end_name();
        return check_characters(last, code);
    }

    bool on_string_part(json::string_view part, std::size_t, json::error_code& code) {
        stack_.push_chars(part);
        return check_characters(part, code);
    }

    bool on_string(json::string_view last, std::size_t, json::error_code& code) {
        stack_.push_string(last);
        return check_characters(last, code) && count_node(code);
    }

    bool on_number_part(json::string_view, json::error_code&) { return true; }

    bool on_int64(std::int64_t number, json::string_view, json::error_code& code) {
        stack_.push_int64(number);
        return count_node(code);
    }

    bool on_uint64(std::uint64_t, json::string_view, json::error_code& code) {
        return refuse_large_integer(code);
    }

    bool on_double(double approximate, json::string_view literal, json::error_code& code) {
        if (literal.find_first_of(".eE") == json::string_view::npos)
            return refuse_large_integer(code);
        if (!std::isfinite(approximate))
            return refuse_infinity(code);
        // Boost.JSON 1.81 may be wrong in the last digit, and 0.1 would then not be returned as it was sent.
        double exact = 0;
        const auto parsed = std::from_chars(literal.data(), literal.data() + literal.size(), exact);
        const bool is_out_of_range = parsed.ec == std::errc::result_out_of_range;
        if (is_out_of_range && std::abs(approximate) > 1)
            return refuse_infinity(code);
        stack_.push_double(is_out_of_range ? 0.0 : exact);  // out of range can only mean too small here
        return count_node(code);
    }

    bool on_bool(bool value, json::error_code& code) {
        stack_.push_bool(value);
        return count_node(code);
    }

    bool on_null(json::error_code& code) {
        stack_.push_null();
        return count_node(code);
    }

    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    bool refuse(std::string reason, json::error_code& code) {
        refusal_ = std::move(reason);
        code = json::error::syntax;  // any error stops the parser
        return false;
    }

    bool refuse_infinity(json::error_code& code) {
        return refuse("a number is beyond the range of a double", code);
    }

    bool refuse_large_integer(json::error_code& code) {
        return refuse("an integer is beyond 64 bits signed", code);
    }

    bool check_characters(json::string_view part, json::error_code& code) {
        if (std::memchr(part.data(), 0, part.size()) != nullptr)
            return refuse("a string holds U+0000", code);
        return true;
    }

    bool count_node(json::error_code& code) {
        if (nodes_left_ == 0)
            return refuse("there are too many values", code);
        --nodes_left_;
        return true;
    }

    // Enough for a common document; larger ones use the heap.
    alignas(json::value) std::array<unsigned char, 4096> first_storage_;
    json::value_stack stack_;
    open_names names_;
    std::size_t nodes_left_;
    std::string refusal_;
};

error syntax_error(std::size_t at, std::string_view name, const std::string& reason) {
    const auto place = name.empty() ? std::string() : " (" + std::string(name) + ")";
    return {errc::invalid_syntax,
            "The JSON text is refused at byte " + std::to_string(at) + place + ": " + reason + "."};
}

}  // namespace

result<json::value> parse_json(std::string_view text, const json_limits& limits) {
    json::parse_options options;
    options.max_depth = limits.depth_max;
    json::basic_parser<document_builder> parser(options, limits.nodes_max);
    json::error_code code;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), code);
    if (code) {
        const std::string& refusal = parser.handler().refusal();
        const std::string own = is_valid_utf8(text) ? code.message() : "the text is not UTF-8";
        return syntax_error(consumed, parser.handler().last_name(), refusal.empty() ? own : refusal);
    }
    if (consumed < text.size())
        return syntax_error(consumed, {}, "there is text after the value");
    return parser.handler().release();
}

result<json::object> parse_json_object(std::string_view text, const json_limits& limits) {
    auto document = parse_json(text, limits);
    if (!document)
        return document.error();
    json::object* const object = document->if_object();
    if (object == nullptr)
        return error{errc::invalid_syntax, "The JSON text must be an object."};
    return std::move(*object);
}

result<json::object> parse_json_object(std::string_view text, work_budget& work) {
    work.charge(text.size() * json_byte_steps);
    auto parsed = parse_json_object(text);
    if (parsed)
        work.charge(steps_of(*parsed));
    return parsed;
}

std::uint64_t steps_of(const json::value& value) noexcept {
    if (const json::object* const object = value.if_object())
        return steps_of(*object);
    std::uint64_t steps = json_value_steps;
    if (const json::array* const array = value.if_array())
        for (const json::value& each : *array)
            steps += steps_of(each);
    else if (const json::string* const text = value.if_string())
        steps += text->size() / bytes_a_step;
    return steps;
}

std::uint64_t steps_of(const json::object& object) noexcept {
    std::uint64_t steps = json_value_steps;
    for (const auto& member : object)
        steps += member.key().size() / bytes_a_step + steps_of(member.value());
    return steps;
}

const json::value* find(const json::object& object, std::string_view name) noexcept {
    return object.if_contains(name);
}

const json::object* find_object(const json::object& object, std::string_view name) noexcept {
    const json::value* const value = find(object, name);
    return value == nullptr ? nullptr : value->if_object();
}

const json::array* find_array(const json::object& object, std::string_view name) noexcept {
    const json::value* const value = find(object, name);
    return value == nullptr ? nullptr : value->if_array();
}

const json::string* find_string(const json::object& object, std::string_view name) noexcept {
    const json::value* const value = find(object, name);
    return value == nullptr ? nullptr : value->if_string();
}

const json::value* find_ignoring_case(const json::object& object, std::string_view name) noexcept {
    for (const auto& member : object)
        if (equals_ignoring_case(member.key(), name))
            return &member.value();
    return nullptr;
}

std::string_view text_ignoring_case(const json::object& object, std::string_view name) noexcept {
    const auto* const value = find_ignoring_case(object, name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace scimd
