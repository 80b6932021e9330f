/// A time in a response, in UTC. Converts to std::chrono::system_clock::time_point, and is a
/// std::chrono::sys_time in C++20.
using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// A time in a request: a time of the system clock, or a string in RFC 3339 format, such as
/// "2026-07-01T09:00:00Z".
class timestamp {
  public:
    /// Convert a time of the system clock. It is rounded down to milliseconds.
    template <class Duration>
    timestamp(std::chrono::time_point<std::chrono::system_clock, Duration> time)
        : text_(format(std::chrono::floor<std::chrono::milliseconds>(time))) {}

    /// Use a string in RFC 3339 format. The call validates it.
    timestamp(std::string text) : text_(std::move(text)) {}

    /// Use a string in RFC 3339 format. The call validates it.
    timestamp(std::string_view text) : text_(text) {}

    /// Use a string in RFC 3339 format. The call validates it.
    timestamp(const char *text) : text_(text) {}

    /// Return the time in RFC 3339 format.
    [[nodiscard]] const std::string &text() const noexcept { return text_; }

  private:
    static std::string format(time_point time) {
        const long long total = time.time_since_epoch().count();
        const long long remainder = total % 86400000;
        const long long of_day = remainder < 0 ? remainder + 86400000 : remainder;
        const long long days = total / 86400000 - (remainder < 0 ? 1 : 0);
        // The Gregorian calendar repeats every 400 years, of 146097 days. A year that begins in
        // March has its leap day at the end. (Howard Hinnant, "chrono-compatible Low-Level Date
        // Algorithms".)
        const long long shifted = days + 719468;
        const long long era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
        const long long day_of_era = shifted - era * 146097;
        const long long year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        const long long day_of_year =
            day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        const long long month_from_march = (5 * day_of_year + 2) / 153;
        const long long day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        const long long month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
        const long long year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
        char text[160];
        std::snprintf(text, sizeof text, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld.%03lldZ", year,
                      month, day, of_day / 3600000, of_day / 60000 % 60, of_day / 1000 % 60,
                      of_day % 1000);
        return text;
    }

    std::string text_;
};

/// @cond

namespace detail {

inline const char *text(const std::string &field, const std::optional<timestamp> &value) {
    return value ? text(field, value->text()) : nullptr;
}

inline time_point time(std::int64_t unix_ms) {
    return time_point(std::chrono::milliseconds(unix_ms));
}

/// A time that is absent if its text is. The number cannot indicate absence: every value is a valid
/// time.
inline std::optional<time_point> optional_time(const char *text, std::int64_t unix_ms) {
    if (text == nullptr)
        return std::nullopt;
    return time(unix_ms);
}

} // namespace detail

/// @endcond
