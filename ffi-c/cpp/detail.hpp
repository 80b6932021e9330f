/// @cond

namespace detail {

/// A string that is always present. NULL comes only from a moved-from object.
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

/// The elements of an array of strings.
template <class At> std::vector<std::string_view> views(std::size_t count, At at) {
    std::vector<std::string_view> views;
    views.reserve(count);
    for (std::size_t index = 0; index < count; ++index)
        views.push_back(view(at(index)));
    return views;
}

/// A number that is negative if absent.
inline std::optional<std::int64_t> optional_number(std::int64_t number) {
    if (number < 0)
        return std::nullopt;
    return number;
}

/// A number that is NaN if absent.
inline std::optional<double> optional_number(double number) {
    if (std::isnan(number))
        return std::nullopt;
    return number;
}

/// An HTTP status, which is 0 if there was no response.
inline std::optional<int> optional_status(std::int32_t status) {
    if (status == 0)
        return std::nullopt;
    return status;
}

/// Durations are named without the suffix `_ms` in C++.
inline void remove_suffix(failure &failure) {
    const std::size_t end = failure.message.find('`', 1);
    if (failure.kind != kind::config || failure.message.rfind('`', 0) != 0 ||
        end == std::string::npos || end < 4 || failure.message.compare(end - 3, 5, "_ms` ") != 0)
        return;
    const std::string c_name = failure.message.substr(1, end - 1);
    const std::string name = c_name.substr(0, c_name.size() - 3);
    std::string none;
    for (std::string *text : {&failure.text, &failure.message, &failure.json,
                              failure.details_json ? &*failure.details_json : &none}) {
        for (std::size_t at; (at = text->find(c_name)) != std::string::npos;)
            text->replace(at, c_name.size(), name);
    }
}

/// Copies an error of the C API.
inline failure describe(const zexa_error *error) {
    failure failure;
    failure.kind = static_cast<kind>(zexa_error_kind(error));
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
    remove_suffix(failure);
    return failure;
}

/// Throws if a call failed, and frees its error.
inline void check(zexa_status status, zexa_error *error) {
    std::unique_ptr<zexa_error, void (*)(zexa_error *)> owner(error, zexa_error_free);
    if (status != ZEXA_OK)
        raise(describe(error));
}

/// Makes a call that returns an object, which the caller then owns.
template <class Object, class Call> Object *create(Call call) {
    Object *object = nullptr;
    zexa_error *error = nullptr;
    const zexa_status status = call(&object, &error);
    check(status, error);
    return object;
}

/// Throws the error that the library returns for an invalid argument. JSON escapes nothing in the
/// two strings.
[[noreturn]] inline void reject(const std::string &field, const std::string &reason,
                                kind kind = kind::invalid_argument) {
    const std::string name = zexa_status_name(static_cast<zexa_status>(kind));
    failure failure;
    failure.kind = kind;
    failure.outcome = outcome::not_sent;
    failure.safe_to_retry = true;
    failure.message = "`" + field + "` " + reason;
    failure.text = name + ": " + failure.message;
    failure.details_json = R"({"field":")" + field + R"(","reason":")" + reason + R"("})";
    failure.json = R"({"kind":")" + name +
                   R"(","outcome":"not_sent","status":null,"code":null,"message":")" +
                   failure.message + R"(","details":)" + *failure.details_json +
                   R"(,"request_id":null,"retry_after":null,"attempts":0})";
    raise(std::move(failure));
}

/// A string for C. A NUL within it would truncate it.
inline const char *text(const std::string &field, const std::string &value) {
    if (value.find('\0') != std::string::npos)
        reject(field, "must not contain a NUL");
    return value.c_str();
}

inline const char *text(const std::string &field, const std::optional<std::string> &value) {
    return value ? text(field, *value) : nullptr;
}

/// A count. -1 would mean absent.
inline std::int32_t number(const std::string &field, const std::optional<std::int32_t> &value) {
    if (value && *value < 0)
        reject(field, "must be 0 or more, got " + std::to_string(*value));
    return value.value_or(ZEXA_DEFAULT);
}

/// A limit. The library rejects 0.
inline std::int64_t limit(const std::string &field, const std::optional<std::int64_t> &value) {
    if (value && *value < 0)
        reject(field, "must be 1 or more, got " + std::to_string(*value));
    return value.value_or(ZEXA_DEFAULT);
}

/// A rate. -1 would mean absent. The library rejects other invalid rates, in the same words.
inline double rate(const std::string &field, const std::optional<double> &value) {
    if (value == ZEXA_DEFAULT)
        reject(field, "must be more than zero, got -1", kind::config);
    return value.value_or(ZEXA_DEFAULT);
}

/// A parameter that is a size. -1 would mean absent. The library rejects 0.
inline std::int64_t size(const std::string &field, const std::optional<std::int64_t> &value) {
    if (value && *value < 0)
        reject(field, "must be 1 or more, got " + std::to_string(*value), kind::validation);
    return value.value_or(ZEXA_DEFAULT);
}

/// The client of the C API. A moved-from client has none.
inline const zexa_client *handle(const client &client) {
    if (client.get() == nullptr)
        reject("client", "must not be used after it was moved from");
    return client.get();
}

/// Calls a predicate of the library for a name. No known name contains a NUL.
inline bool test(bool (*function)(const char *), std::string_view name) {
    return name.find('\0') == std::string_view::npos && function(std::string(name).c_str());
}

/// A duration. `valid` says which are valid.
inline std::int64_t milliseconds(const std::string &field,
                                 const std::optional<std::chrono::milliseconds> &value,
                                 const char *valid = "more than zero") {
    if (!value)
        return ZEXA_DEFAULT;
    // -1 would mean absent. The library rejects a 0 that is not valid, in the same words.
    if (value->count() < 0)
        reject(field,
               "must be " + std::string(valid) + ", got " + std::to_string(value->count()) + " ms");
    return value->count();
}

/// A duration that may be 0.
inline std::int64_t wait(const std::string &field,
                         const std::optional<std::chrono::milliseconds> &value) {
    return milliseconds(field, value, "0 or more");
}

/// A boolean.
inline std::int32_t flag(const std::optional<bool> &value) {
    return value ? *value : ZEXA_DEFAULT;
}

/// Arrays for C, which live as long as this object. Their strings belong to the arguments.
class arrays {
  public:
    /// NULL if there are no values, which then count as absent.
    const char *const *texts(const std::string &field, const std::vector<std::string> &values) {
        if (values.empty())
            return nullptr;
        std::vector<const char *> &array = texts_.emplace_back();
        for (const std::string &value : values)
            array.push_back(text(field + "[" + std::to_string(array.size()) + "]", value));
        return array.data();
    }

    const zexa_key_value *key_values(const std::string &field, const zexa::key_values &values) {
        std::vector<zexa_key_value> &array = key_values_.emplace_back();
        for (const auto &[name, value] : values) {
            const std::string element = field + "[" + std::to_string(array.size()) + "]";
            array.push_back({text(element + ".name", name), text(element + ".value", value)});
        }
        return array.data();
    }

  private:
    std::list<std::vector<const char *>> texts_;
    std::list<std::vector<zexa_key_value>> key_values_;
};

using attempt_function = std::function<void(const attempt &)>;

/// Calls the callback of the client's options. Exceptions must not cross the C API.
inline void call_on_attempt(const zexa_attempt *record, void *userdata) noexcept {
    attempt attempt;
    attempt.method = view(record->method);
    attempt.route = view(record->route);
    attempt.number = record->number;
    attempt.http_status = optional_status(record->http_status);
    attempt.elapsed = std::chrono::microseconds(record->elapsed_us);
    if (record->failure != ZEXA_OK)
        attempt.failure = static_cast<kind>(record->failure);
    attempt.request_id = optional_view(record->request_id);
    attempt.line = view(record->line);
    try {
        (*static_cast<const attempt_function *>(userdata))(attempt);
    } catch (...) {
    }
}

inline void destroy_on_attempt(void *userdata) noexcept {
    delete static_cast<attempt_function *>(userdata);
}

} // namespace detail

/// @endcond
