// Dates as numbers of days, by arithmetic: no time_t, no locale, no time zone of the host.
#pragma once

#include <cstdint>

namespace credit::civil {

constexpr bool is_leap(int year) noexcept {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(int year, int month) noexcept {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// Days since 1970-01-01 of a date of the Gregorian calendar, year >= 0.
constexpr std::int64_t days_from_date(int year, int month, int day) noexcept {
    // Years that begin in March put the leap day last, so that one linear term serves for all
    // months.
    const int y = month <= 2 ? year - 1 : year;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return std::int64_t{era} * 146'097 + day_of_era - 719'468;
}

struct DateTime {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;  // 60: a leap second, which POSIX time counts as the next second
    int offset_minutes = 0;
};

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z

// Seconds since the epoch, or -1 where a field is out of range, the instant lies outside
// 1970..9999, or a leap second is not the last of a day in UTC.
constexpr std::int64_t to_seconds(const DateTime& t) noexcept {
    const bool fields = t.year >= 1970 && t.year <= 9999 && t.month >= 1 && t.month <= 12 &&
                        t.day >= 1 && t.day <= days_in_month(t.year, t.month) && t.hour >= 0 &&
                        t.hour <= 23 && t.minute >= 0 && t.minute <= 59 && t.second >= 0 &&
                        t.second <= 60;
    if (!fields) return -1;
    const std::int64_t minutes =
        days_from_date(t.year, t.month, t.day) * 1440 + t.hour * 60 + t.minute - t.offset_minutes;
    const std::int64_t total = minutes * 60 + t.second;
    if (total < 0 || total > kLastSecond) return -1;
    if (t.second == 60 && total % kSecondsPerDay != 0) return -1;
    return total;
}

}  // namespace credit::civil
