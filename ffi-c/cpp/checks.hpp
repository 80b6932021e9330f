// What follows up to the next heading is machinery, for a reader who wants to know how it is done.

namespace detail {

/// A string of the library's that is always there. NULL comes only of an object that was moved
/// from.
inline std::string_view view(const char *text) {
    return text == nullptr ? std::string_view() : std::string_view(text);
}

inline std::optional<std::string_view> optional_view(const char *text) {
    if (text == nullptr)
        return std::nullopt;
    return std::string_view(text);
}

inline std::optional<std::string> optional_string(const char *text) {
    if (text == nullptr)
        return std::nullopt;
    return std::string(text);
}

/// The strings of a list.
template <class At> std::vector<std::string_view> views(std::size_t count, At at) {
    std::vector<std::string_view> views;
    views.reserve(count);
    for (std::size_t index = 0; index < count; ++index)
        views.push_back(view(at(index)));
    return views;
}

/// A number of the library's, which is negative where it is absent.
inline std::optional<std::int64_t> optional_number(std::int64_t number) {
    if (number < 0)
        return std::nullopt;
    return number;
}

/// Likewise, and not a number where it is absent.
inline std::optional<double> optional_number(double number) {
    if (std::isnan(number))
        return std::nullopt;
    return number;
}

/// An HTTP status, which is 0 where no answer came.
inline std::optional<int> optional_status(std::int32_t status) {
    if (status == 0)
        return std::nullopt;
    return status;
}

/// Throws where a call failed, and frees its error.
inline void check(zexa_status status, zexa_error *error) {
    std::unique_ptr<zexa_error, void (*)(zexa_error *)> owner(error, zexa_error_free);
    if (status == ZEXA_OK)
        return;
    failure failure;
    failure.kind = static_cast<kind>(status);
    failure.outcome = static_cast<outcome>(zexa_error_outcome(error));
    failure.safe_to_retry = zexa_error_safe_to_retry(error);
    failure.text = view(zexa_error_text(error));
    failure.message = view(zexa_error_message(error));
    failure.code = optional_string(zexa_error_code(error));
    failure.http_status = optional_status(zexa_error_http_status(error));
    failure.request_id = optional_string(zexa_error_request_id(error));
    failure.details_json = optional_string(zexa_error_details_json(error));
    if (const std::int64_t wait = zexa_error_retry_after_ms(error); wait >= 0)
        failure.retry_after = std::chrono::milliseconds(wait);
    failure.attempts = zexa_error_attempts(error);
    failure.cause = optional_string(zexa_error_cause(error));
    failure.json = view(zexa_error_json(error));
    raise(std::move(failure));
}

/// Makes a call that gives an object, which is then the caller's to free.
template <class Object, class Call> Object *made(Call call) {
    Object *object = nullptr;
    zexa_error *error = nullptr;
    const zexa_status status = call(&object, &error);
    check(status, error);
    return object;
}

/// Refuses an argument, in the words in which the library does. Neither holds what JSON escapes.
[[noreturn]] inline void refuse(const std::string &field, const std::string &reason) {
    failure failure;
    failure.kind = kind::invalid_argument;
    failure.outcome = outcome::not_sent;
    failure.safe_to_retry = true;
    failure.message = "`" + field + "` " + reason;
    failure.text = "invalid_argument: " + failure.message;
    failure.details_json = R"({"field":")" + field + R"(","reason":")" + reason + R"("})";
    failure.json = R"({"kind":"invalid_argument","outcome":"not_sent","status":null,"code":null,)"
                   R"("message":")" +
                   failure.message + R"(","details":)" + *failure.details_json +
                   R"(,"request_id":null,"retry_after":null,"attempts":0})";
    raise(std::move(failure));
}

/// A string as C has it: one with a NUL in it would be cut there.
inline const char *text(const std::string &field, const std::string &value) {
    if (value.find('\0') != std::string::npos)
        refuse(field, "holds a NUL");
    return value.c_str();
}

inline const char *text(const std::string &field, const std::optional<std::string> &value) {
    return value ? text(field, *value) : nullptr;
}

/// A count. A negative one would be taken for an absent one, or worse.
inline std::int32_t number(const std::string &field, const std::optional<std::int32_t> &value) {
    if (value && *value < 0)
        refuse(field, "must be 0 or more");
    return value.value_or(ZEXA_DEFAULT);
}

/// A maximum number of something. The library rejects 0.
inline std::int64_t limit(const std::string &field, const std::optional<std::int64_t> &value) {
    if (value && *value < 0)
        refuse(field, "must be 1 or more");
    return value.value_or(ZEXA_DEFAULT);
}

/// What the library says of a name, which cannot be a known one with a NUL in it.
inline bool ask(bool (*function)(const char *), std::string_view name) {
    return name.find('\0') == std::string_view::npos && function(std::string(name).c_str());
}

inline std::int64_t milliseconds(const std::string &field,
                                 const std::optional<std::chrono::milliseconds> &value) {
    if (!value)
        return ZEXA_DEFAULT;
    // A negative one would be taken for an absent one. Of 0 the library says the same.
    if (value->count() < 0)
        refuse(field, "must be more than zero");
    return value->count();
}

/// Arrays as C has them, for as long as this lives. Their strings stay where they are.
class arrays {
  public:
    /// NULL where there is nothing, which is then absent.
    const char *const *texts(const std::string &field, const std::vector<std::string> &values) {
        if (values.empty())
            return nullptr;
        std::vector<const char *> &array = texts_.emplace_back();
        for (const std::string &value : values)
            array.push_back(text(field + "[" + std::to_string(array.size()) + "]", value));
        return array.data();
    }

    const zexa_key_value *pairs(const std::string &field,
                           const std::vector<std::pair<std::string, std::string>> &values) {
        std::vector<zexa_key_value> &array = pairs_.emplace_back();
        for (const auto &[name, value] : values) {
            const std::string place = field + "[" + std::to_string(array.size()) + "]";
            array.push_back({text(place + ".name", name), text(place + ".value", value)});
        }
        return array.data();
    }

  private:
    std::list<std::vector<const char *>> texts_;
    std::list<std::vector<zexa_key_value>> pairs_;
};

} // namespace detail
