#include "report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace conformance {
namespace {

constexpr int suite_width = 34;
constexpr int case_width = 84;
constexpr int steps_width = 8;

struct totals {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    std::size_t steps = 0;
    std::size_t assertions = 0;
};

totals count(const std::vector<outcome>& results) {
    totals out;
    for (const auto& result : results) {
        ++(result.is_skipped ? out.skipped : result.is_passed() ? out.passed : out.failed);
        out.steps += result.steps.size();
        for (const auto& step : result.steps)
            out.assertions += step.assertions;
    }
    return out;
}

std::size_t steps_passed(const outcome& result) {
    return result.steps.size() - (result.is_passed() ? 0 : 1);
}

void print_row(std::ostream& out, const std::string& suite, const std::string& name, const std::string& steps,
        const std::string& verdict) {
    out << std::left << std::setw(suite_width) << suite << ' ' << std::setw(case_width) << name << ' '
        << std::setw(steps_width) << steps << ' ' << verdict << '\n';
}

json::object to_json(const outcome& result) {
    json::array failures;
    if (!result.is_passed()) {
        const auto& step = result.steps.back();
        for (const auto& [where, expected, actual] : step.failures)
            failures.push_back(json::object{
                    {"step", result.steps.size()},
                    {"note", step.note},
                    {"proves", json::array(step.proves.begin(), step.proves.end())},
                    {"exchange", step.exchange},
                    {"where", where},
                    {"expected", expected},
                    {"actual", actual},
            });
    }
    return {
            {"suite", result.played->suite},
            {"case", result.played->name},
            {"source", result.played->source},
            {"passed", result.is_passed() && !result.is_skipped},
            {"skipped", result.is_skipped},
            {"steps", result.played->steps.size()},
            {"steps_passed", steps_passed(result)},
            {"failures", failures},
    };
}

}  // namespace

void print_list(std::ostream& out, const std::vector<dialogue>& dialogues) {
    print_row(out, "suite", "case", "steps", "source");
    for (const auto& talk : dialogues)
        print_row(out, talk.suite, talk.name, std::to_string(talk.steps.size()), talk.source);
    out << dialogues.size() << " cases\n";
}

void print_header(std::ostream& out) {
    print_row(out, "suite", "case", "steps", "result");
}

void print_outcome(std::ostream& out, const outcome& result, bool is_verbose) {
    const std::string steps =
            std::to_string(steps_passed(result)) + '/' + std::to_string(result.played->steps.size());
    const bool is_passed = result.is_passed();
    const std::string verdict = result.is_skipped ? "skipped: no user token" : is_passed ? "ok" : "FAILED";
    print_row(out, result.played->suite, result.played->name, steps, verdict);
    if (is_verbose)
        for (const auto& step : result.steps)
            out << "    " << step.exchange << "  (" << step.note << ")\n";
    if (is_passed)
        return;
    const auto& step = result.steps.back();
    out << "    step " << result.steps.size() << ": " << step.note << " [" << result.played->source << "]";
    for (const auto& row : step.proves)
        out << ' ' << row;
    out << "\n    " << step.exchange << '\n';
    for (const auto& [where, expected, actual] : step.failures)
        out << "      " << where << ": expected " << expected << ", actual " << actual << '\n';
    if (!step.reply.empty())
        out << "      reply: " << step.reply << '\n';
}

void print_summary(std::ostream& out, const std::vector<outcome>& results) {
    const totals sum = count(results);
    out << results.size() << " cases: " << sum.passed << " passed, " << sum.failed << " failed, "
        << sum.skipped << " skipped; " << sum.steps << " steps, " << sum.assertions << " assertions\n";
}

void print_json(std::ostream& out, const std::vector<outcome>& results) {
    const totals sum = count(results);
    json::array cases;
    for (const auto& result : results)
        cases.push_back(to_json(result));
    out << json::serialize(json::object{
                   {"cases", results.size()},
                   {"passed", sum.passed},
                   {"failed", sum.failed},
                   {"skipped", sum.skipped},
                   {"steps", sum.steps},
                   {"assertions", sum.assertions},
                   {"results", cases},
           })
        << '\n';
}

}  // namespace conformance
