#include "core/http/http_date.h"

#include <array>

#include "core/http/civil_time.h"
#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

// Reads from the front of a text; after the first mismatch nothing matches any more.
class Cursor {
  public:
    explicit Cursor(std::string_view text) noexcept : rest_(text) {}

    bool done() const noexcept { return ok_ && rest_.empty(); }

    void expect(std::string_view literal) noexcept {
        if (!rest_.starts_with(literal)) return fail();
        rest_.remove_prefix(literal.size());
    }

    int digits(std::size_t count) noexcept {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i >= rest_.size() || !text::is_digit(rest_[i])) {
                fail();
                return 0;
            }
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }

    // asctime pads the day with a space.
    int padded_day() noexcept {
        if (!rest_.starts_with(' ')) return digits(2);
        rest_.remove_prefix(1);
        return digits(1);
    }

    int month() noexcept {
        for (std::size_t i = 0; i < kMonths.size(); ++i) {
            if (!rest_.starts_with(kMonths[i])) continue;
            rest_.remove_prefix(kMonths[i].size());
            return static_cast<int>(i) + 1;
        }
        fail();
        return 0;
    }

    void clock(civil::DateTime& t) noexcept {
        t.hour = digits(2);
        expect(":");
        t.minute = digits(2);
        expect(":");
        t.second = digits(2);
    }

    bool skip_day_name(bool whole) noexcept {
        for (const std::string_view day : kDays) {
            const std::string_view name = whole ? day : day.substr(0, 3);
            if (!rest_.starts_with(name)) continue;
            rest_.remove_prefix(name.size());
            return true;
        }
        return false;
    }

    bool at(std::string_view literal) const noexcept { return rest_.starts_with(literal); }

  private:
    void fail() noexcept {
        ok_ = false;
        rest_ = {};
    }

    std::string_view rest_;
    bool ok_ = true;
};

// Sun, 06 Nov 1994 08:49:37 GMT
void read_fixdate(Cursor& in, civil::DateTime& t) noexcept {
    in.expect(", ");
    t.day = in.digits(2);
    in.expect(" ");
    t.month = in.month();
    in.expect(" ");
    t.year = in.digits(4);
    in.expect(" ");
    in.clock(t);
    in.expect(" GMT");
}

// Sunday, 06-Nov-94 08:49:37 GMT. Two digits of the year: 70 to 99 lie in the last century, without
// asking a clock.
void read_rfc850(Cursor& in, civil::DateTime& t) noexcept {
    in.expect(", ");
    t.day = in.digits(2);
    in.expect("-");
    t.month = in.month();
    in.expect("-");
    const int year = in.digits(2);
    t.year = year < 70 ? 2000 + year : 1900 + year;
    in.expect(" ");
    in.clock(t);
    in.expect(" GMT");
}

// Sun Nov  6 08:49:37 1994
void read_asctime(Cursor& in, civil::DateTime& t) noexcept {
    in.expect(" ");
    t.month = in.month();
    in.expect(" ");
    t.day = in.padded_day();
    in.expect(" ");
    in.clock(t);
    in.expect(" ");
    t.year = in.digits(4);
}

std::string_view trimmed(std::string_view value) noexcept {
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
        value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
        value.remove_suffix(1);
    return value;
}

std::optional<std::int64_t> delay_seconds(std::string_view digits) noexcept {
    std::int64_t total = 0;
    for (const char c : digits) {
        if (total > INT64_MAX / 10'000 - 10) return std::nullopt;  // leaves room for ms
        total = total * 10 + (c - '0');
    }
    return total * 1000;
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept {
    const std::string_view value = trimmed(text);
    civil::DateTime t;
    Cursor in(value);
    if (in.skip_day_name(true)) {
        read_rfc850(in, t);
    } else if (!in.skip_day_name(false)) {
        return std::nullopt;
    } else if (in.at(",")) {
        read_fixdate(in, t);
    } else {
        read_asctime(in, t);
    }
    if (!in.done()) return std::nullopt;
    const std::int64_t total = civil::to_seconds(t);
    if (total < 0) return std::nullopt;
    return total * 1000;
}

std::optional<std::int64_t> parse_retry_after(std::string_view text,
                                              std::string_view date_header) noexcept {
    const std::string_view value = trimmed(text);
    if (value.empty()) return std::nullopt;
    if (text::all(value, text::is_digit)) return delay_seconds(value);
    const auto until = parse_http_date(value);
    const auto date = parse_http_date(date_header);
    if (!until || !date || *until < *date) return std::nullopt;
    return *until - *date;
}

}  // namespace credit
