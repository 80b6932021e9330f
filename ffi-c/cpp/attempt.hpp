/// One attempt of a call. Its views are valid until the callback returns. It contains no API key,
/// body, phone number or object id.
struct attempt {
    /// HTTP method.
    std::string_view method{};
    /// Path with placeholders instead of ids, such as "/messages/{id}".
    std::string_view route{};
    /// Number of the attempt within its call, from 1.
    unsigned number = 0;
    /// HTTP status of the response. Absent if there was no response.
    std::optional<int> http_status{};
    /// Duration of the attempt until the last byte of the response.
    std::chrono::microseconds elapsed{};
    /// Error of the attempt. Absent if it succeeded.
    std::optional<zexa::kind> failure{};
    /// Request id of an error response, for Zexa's support. May be absent.
    std::optional<std::string_view> request_id{};
    /// The whole record as one line of text, for a log.
    std::string_view line{};
};
