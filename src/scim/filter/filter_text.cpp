#include "base/json/json.hpp"
#include "scim/filter/filter.hpp"

#include <array>

namespace scimd::scim {

namespace {

constexpr std::array<std::string_view, 9> operation_names = {
    "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"
};

// The form of attribute names: full path, or inside brackets only what follows the attribute.
enum class naming { full, inside_brackets };

std::string name_of(const path& where, naming names)
{
    if (names == naming::full)
        return to_text(where);
    return where.sub_attribute ? where.sub_attribute->name : "value";
}

class printer {
public:
    void print(const filter& condition)
    {
        std::visit([this](const auto& node) { print(node); }, condition.node);
    }

    std::string take() { return std::move(text_); }

private:
    void print(const comparison& node)
    {
        text_ += name_of(node.attribute, names_);
        text_ += ' ';
        text_ += operation_names[static_cast<std::size_t>(node.op)];
        text_ += ' ';
        std::visit([this](const auto& value) { print_literal(value); }, node.value);
    }

    void print(const present& node) { text_ += name_of(node.attribute, names_) + " pr"; }

    void print(const conjunction& node)
    {
        print_terms(node.terms, " and ", [](const filter& term) {
            return std::holds_alternative<conjunction>(term.node) ||
                   std::holds_alternative<disjunction>(term.node);
        });
    }

    void print(const disjunction& node)
    {
        print_terms(node.terms, " or ", [](const filter& term) {
            return std::holds_alternative<disjunction>(term.node);
        });
    }

    void print(const negation& node)
    {
        text_ += "not (";
        print(*node.term);
        text_ += ')';
    }

    void print(const value_filter& node)
    {
        text_ += to_text(node.attribute);
        text_ += '[';
        names_ = naming::inside_brackets;
        print(*node.condition);
        names_ = naming::full;
        text_ += ']';
    }

    template <class NeedsParentheses>
    void print_terms(const std::vector<filter>& terms, std::string_view between, NeedsParentheses is_grouped)
    {
        bool is_first = true;
        for (const filter& term : terms) {
            if (!is_first)
                text_ += between;
            is_first = false;
            if (!is_grouped(term)) {
                print(term);
                continue;
            }
            text_ += '(';
            print(term);
            text_ += ')';
        }
    }

    void print_literal(null_literal) { text_ += "null"; }
    void print_literal(bool value) { text_ += value ? "true" : "false"; }
    void print_literal(std::int64_t value) { text_ += std::to_string(value); }
    void print_literal(double value) { append_text(text_, json::value(value)); }
    void print_literal(const std::string& value) { append_quoted(text_, value); }

    naming names_ = naming::full;
    std::string text_;
};

}  // namespace

std::string to_text(const filter& condition)
{
    printer out;
    out.print(condition);
    return out.take();
}

}  // namespace scimd::scim
