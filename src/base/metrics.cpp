#include "base/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <unordered_map>
#include <variant>

namespace scimd {

namespace {

constexpr std::size_t label_sets_max = 1'000;

struct series {
    template <class Metric>
    explicit series(std::in_place_type_t<Metric> kind) : metric(kind) {}

    std::vector<std::pair<std::string, std::string>> labels;
    std::variant<counter, gauge, histogram> metric;
};

std::size_t hash_of(metrics_registry::labels set) {
    std::size_t hash = 0;
    for (const auto& [name, value] : set) {
        hash = hash * 31 + std::hash<std::string_view>()(name);
        hash = hash * 31 + std::hash<std::string_view>()(value);
    }
    return hash;
}

bool is_same_label(const std::pair<std::string, std::string>& known,
        const std::pair<std::string_view, std::string_view>& asked) {
    return known.first == asked.first && known.second == asked.second;
}

void append_escaped(std::string& out, std::string_view text, bool is_label) {
    for (const char c : text)
        if (c == '\n')
            out += "\\n";
        else if (c == '\\' || (c == '"' && is_label))
            (out += '\\') += c;
        else
            out += c;
}

// `le` is the upper bound of a histogram bucket; empty: no such label.
void append_labels(std::string& out, const series& row, std::string_view le = {}) {
    char separator = '{';
    const auto append = [&](std::string_view name, std::string_view value) {
        out += separator;
        out += name;
        out += "=\"";
        append_escaped(out, value, true);
        out += '"';
        separator = ',';
    };
    for (const auto& [name, value] : row.labels)
        append(name, value);
    if (!le.empty())
        append("le", le);
    if (separator == ',')
        out += '}';
}

std::string seconds_text(std::uint64_t microseconds) {
    std::array<char, 32> digits;
    const auto seconds = static_cast<double>(microseconds) / 1e6;
    const auto written =
            std::to_chars(digits.data(), digits.data() + digits.size(), seconds, std::chars_format::fixed);
    return {digits.data(), written.ptr};
}

// Writes the samples of one series in the exposition format.
struct sample_writer {
    std::string& out;
    const std::string& name;
    const series& row;

    void operator()(const counter& metric) const { append("", {}, std::to_string(metric.value())); }
    void operator()(const gauge& metric) const { append("", {}, std::to_string(metric.value())); }

    void operator()(const histogram& metric) const {
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < metric.buckets.size(); ++i) {
            seen += metric.buckets[i].load(std::memory_order_relaxed);
            const bool is_last = i == histogram::bounds_us.size();
            append("_bucket", is_last ? "+Inf" : seconds_text(histogram::bounds_us[i]), std::to_string(seen));
        }
        append("_sum", {}, seconds_text(metric.sum_us.load(std::memory_order_relaxed)));
        append("_count", {}, std::to_string(seen));
    }

private:
    void append(std::string_view suffix, std::string_view le, std::string_view value) const {
        out += name;
        out += suffix;
        append_labels(out, row, le);
        out += ' ';
        out += value;
        out += '\n';
    }
};

constexpr std::array<std::string_view, 3> kind_names = {"counter", "gauge", "histogram"};

}  // namespace

struct metrics_registry::family {
    family(std::string_view title, std::string_view meaning, std::size_t kind_index)
            : name(title), help(meaning), kind(kind_index) {}

    // Returns the series with those labels, creating it if necessary.
    template <class Metric>
    Metric& at(labels set) {
        const std::size_t hash = hash_of(set);
        if (series* const found = find(hash, set))
            return std::get<Metric>(found->metric);
        if (rows.size() < label_sets_max)
            return add<Metric>(hash, set);
        return overflow<Metric>();
    }

    std::string name;
    std::string help;
    std::size_t kind;  // index into kind_names and of the alternative of series::metric
    std::vector<std::unique_ptr<series>> rows;

private:
    [[nodiscard]] series* find(std::size_t hash, labels set) const {
        const auto [first, last] = by_hash_.equal_range(hash);
        for (auto row = first; row != last; ++row) {
            const auto& known = row->second->labels;
            if (std::equal(known.begin(), known.end(), set.begin(), set.end(), is_same_label))
                return row->second;
        }
        return nullptr;
    }

    template <class Metric>
    Metric& overflow() {
        const labels set = {{"overflow", "true"}};
        const std::size_t hash = hash_of(set);
        series* const found = find(hash, set);
        return found != nullptr ? std::get<Metric>(found->metric) : add<Metric>(hash, set);
    }

    template <class Metric>
    Metric& add(std::size_t hash, labels set) {
        auto& row = rows.emplace_back(std::make_unique<series>(std::in_place_type<Metric>));
        row->labels.assign(set.begin(), set.end());
        by_hash_.emplace(hash, row.get());
        return std::get<Metric>(row->metric);
    }

    std::unordered_multimap<std::size_t, series*> by_hash_;
};

void histogram::observe_us(std::uint64_t microseconds) noexcept {
    const auto bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), microseconds);
    buckets[static_cast<std::size_t>(bound - bounds_us.begin())].fetch_add(1, std::memory_order_relaxed);
    sum_us.fetch_add(microseconds, std::memory_order_relaxed);
}

metrics_registry::metrics_registry() = default;
metrics_registry::~metrics_registry() = default;

metrics_registry::family& metrics_registry::family_of(
        std::string_view name, std::string_view help, std::size_t kind) {
    for (const auto& known : families_) {
        if (known->name != name)
            continue;
        if (known->kind != kind)
            throw std::logic_error("the metric " + known->name + " is used as two kinds");
        return *known;
    }
    return *families_.emplace_back(std::make_unique<family>(name, help, kind));
}

counter& metrics_registry::counter_of(std::string_view name, std::string_view help, labels set) {
    const std::lock_guard lock(mutex_);
    return family_of(name, help, 0).at<counter>(set);
}

gauge& metrics_registry::gauge_of(std::string_view name, std::string_view help, labels set) {
    const std::lock_guard lock(mutex_);
    return family_of(name, help, 1).at<gauge>(set);
}

histogram& metrics_registry::histogram_of(std::string_view name, std::string_view help, labels set) {
    const std::lock_guard lock(mutex_);
    return family_of(name, help, 2).at<histogram>(set);
}

std::string metrics_registry::exposition() const {
    std::string out;
    const std::lock_guard lock(mutex_);
    for (const auto& known : families_) {
        out += "# HELP " + known->name + ' ';
        append_escaped(out, known->help, false);
        out += "\n# TYPE " + known->name + ' ';
        out += kind_names[known->kind];
        out += '\n';
        for (const auto& row : known->rows)
            std::visit(sample_writer{out, known->name, *row}, row->metric);
    }
    return out;
}

}  // namespace scimd
