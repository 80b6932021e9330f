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

/// Options of a client. An absent option has its default. Empty environment variables count as
/// unset.
struct client_options {
    /// API key. Default: environment variable `ZEXA_API_KEY`.
    std::optional<std::string> api_key{};
    /// URL of the API. Default: environment variable `ZEXA_BASE_URL`, else
    /// "https://api.zexa.ao/v1".
    std::optional<std::string> base_url{};
    /// Timeout of one attempt, from connect to the last byte of the response. Default: 30 s.
    std::optional<std::chrono::milliseconds> timeout{};
    /// Timeout of DNS lookup, connect and TLS handshake together. Default: 5 s.
    std::optional<std::chrono::milliseconds> connect_timeout{};
    /// Deadline of a whole call: attempts, waits between them, and all pages of a list. Default:
    /// none.
    std::optional<std::chrono::milliseconds> deadline{};
    /// Maximum number of concurrent requests, each with a connection of its own. Further calls wait
    /// in order of arrival, until their deadline. Lists prefetch fewer pages if connections are
    /// scarce. Default: 100.
    std::optional<std::int64_t> max_connections{};
    /// Offers HTTP/2 to the server over "https://". Calls are not faster with HTTP/2, because
    /// concurrent calls do not share a connection. Default: false (HTTP/1.1 only).
    bool http2 = false;
    /// Longest `Retry-After` to wait for. If the server requests a longer wait, the call fails
    /// immediately. Default: 120 s.
    std::optional<std::chrono::milliseconds> max_retry_wait{};
    /// Maximum number of retries of a failed attempt, if retrying is safe. 0 means one attempt.
    /// Default: 3.
    std::optional<std::int32_t> max_retries{};
    /// Permits "http://" to hosts other than the loopback interface, which sends the API key
    /// unencrypted. Default: false.
    bool allow_http = false;
    /// URL of a proxy for all connections, such as "http://user:password@proxy.example:3128".
    /// Protocols: http, https, socks5, and socks5h (the proxy resolves host names). Default:
    /// environment variables `HTTPS_PROXY` (`HTTP_PROXY` for an "http://" base URL), `ALL_PROXY`
    /// and `NO_PROXY`, which do not apply to the loopback interface.
    std::optional<std::string> proxy{};
    /// Path of a PEM file with the certificate authorities to trust, instead of those of the
    /// system. Default: those of the system.
    std::optional<std::string> ca_file{};
    /// Suffix of the `User-Agent` header, such as "shop/1.2". Default: none.
    std::optional<std::string> user_agent_suffix{};
    /// HTTP headers to send with every request. Headers that the client sets, such as
    /// `Authorization`, are rejected. Default: none.
    key_values default_headers{};
    /// Called after each attempt of each call, for logging. Runs on the calling thread, possibly on
    /// several threads at the same time. It must return soon, and must not make calls on any
    /// client. Its exceptions are discarded. Default: none.
    std::function<void(const attempt &)> on_attempt{};
};
