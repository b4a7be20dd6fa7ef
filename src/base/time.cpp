#include "base/time.hpp"

#include "base/text.hpp"

#include <cstdint>

namespace scimd {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr time_point first_instant = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr time_point end_of_time = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);

// Consumes the parts of a date from the front of a text.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    bool take(char expected) {
        if (!rest_.starts_with(expected))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    // Reads exactly `width` digits, as a number of at most `most`.
    std::optional<unsigned> number(std::size_t width, unsigned most) {
        if (rest_.size() < width)
            return std::nullopt;
        unsigned value = 0;
        for (const char c : rest_.substr(0, width)) {
            if (!is_digit(c))
                return std::nullopt;
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        if (value > most)
            return std::nullopt;
        rest_.remove_prefix(width);
        return value;
    }

    // Reads the digits after a decimal point, at least one.
    std::optional<microseconds> fraction() {
        if (rest_.empty() || !is_digit(rest_.front()))
            return std::nullopt;
        std::int64_t value = 0;
        std::int64_t unit = 100'000;
        for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
            value += (rest_.front() - '0') * unit;
            unit /= 10;
        }
        return microseconds(value);
    }

private:
    std::string_view rest_;
};

std::optional<std::chrono::sys_days> read_date(reader& in) {
    const auto year = in.number(4, 9999);
    if (!year || !in.take('-'))
        return std::nullopt;
    const auto month = in.number(2, 12);
    if (!month || !in.take('-'))
        return std::nullopt;
    const auto day = in.number(2, 31);
    if (!day)
        return std::nullopt;
    const std::chrono::year_month_day date{
            std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month), std::chrono::day(*day)};
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date);
}

// Seconds end at 59, because POSIX time cannot represent a leap second.
std::optional<microseconds> read_time_of_day(reader& in) {
    const auto hour = in.number(2, 23);
    if (!hour || !in.take(':'))
        return std::nullopt;
    const auto minute = in.number(2, 59);
    if (!minute || !in.take(':'))
        return std::nullopt;
    const auto second = in.number(2, 59);
    if (!second)
        return std::nullopt;
    const microseconds whole = hours(*hour) + minutes(*minute) + seconds(*second);
    if (!in.take('.'))
        return whole;
    const auto part = in.fraction();
    if (!part)
        return std::nullopt;
    return whole + *part;
}

// Reads a zone of at most 14 hours (XML Schema 1.0 part 2 §3.2.7.3).
std::optional<minutes> read_zone(reader& in) {
    if (in.at_end() || in.take('Z'))
        return minutes(0);
    const bool is_west = in.take('-');
    if (!is_west && !in.take('+'))
        return std::nullopt;
    const auto hour = in.number(2, 14);
    if (!hour || !in.take(':'))
        return std::nullopt;
    const auto minute = in.number(2, *hour == 14 ? 0 : 59);
    if (!minute)
        return std::nullopt;
    const minutes offset = hours(*hour) + minutes(*minute);
    return is_west ? -offset : offset;
}

}  // namespace

std::string format_rfc3339(time_point when) {
    const auto midnight = std::chrono::floor<days>(when);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss time(when - midnight);

    std::string out = "0000-00-00T00:00:00.000000Z";
    const auto write = [&out](std::size_t begin, std::size_t end, auto number) {
        for (auto rest = static_cast<unsigned>(number); end > begin; rest /= 10)
            out[--end] = static_cast<char>('0' + rest % 10);
    };
    write(0, 4, static_cast<int>(date.year()));
    write(5, 7, static_cast<unsigned>(date.month()));
    write(8, 10, static_cast<unsigned>(date.day()));
    write(11, 13, time.hours().count());
    write(14, 16, time.minutes().count());
    write(17, 19, time.seconds().count());
    write(20, 26, time.subseconds().count());
    return out;
}

std::optional<time_point> parse_rfc3339(std::string_view text) {
    reader in(text);
    const auto date = read_date(in);
    if (!date || !in.take('T'))
        return std::nullopt;
    const auto time_of_day = read_time_of_day(in);
    if (!time_of_day)
        return std::nullopt;
    const auto zone = read_zone(in);
    if (!zone || !in.at_end())
        return std::nullopt;
    const time_point when = *date + *time_of_day - *zone;
    if (when < first_instant || when >= end_of_time)
        return std::nullopt;
    return when;
}

}  // namespace scimd
