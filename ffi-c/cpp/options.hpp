/// One attempt of a call. Its views live as long as the function that is told of it runs. Neither
/// the key nor a body nor a number nor an id is in it.
struct attempt {
    /// The HTTP method.
    std::string_view method{};
    /// The path without the ids in it, such as "/messages/{id}".
    std::string_view route{};
    /// Which attempt of its call it was, from 1.
    unsigned number = 0;
    /// The HTTP status of the answer, where one came.
    std::optional<int> http_status{};
    /// From the first step to the last byte of the answer.
    std::chrono::microseconds elapsed{};
    /// What went wrong, where something did.
    std::optional<zexa::kind> failure{};
    /// The id in a failing answer, by which Zexa's support finds the request.
    std::optional<std::string_view> request_id{};
    /// All of it in a line of text, for a log.
    std::string_view line{};
};

/// The options of a client. What is not given has its default.
struct client_options {
    /// The API key. Default: the environment's `ZEXA_API_KEY`.
    std::optional<std::string> api_key{};
    /// Where the API is. Default: the environment's `ZEXA_BASE_URL`, else
    /// "https://api.zexa.ao/v1".
    std::optional<std::string> base_url{};
    /// The time for one attempt, from connecting to the last byte of the answer. Default: 30 s.
    std::optional<std::chrono::milliseconds> timeout{};
    /// The time to look up the host, connect and agree on TLS. Default: 5 s.
    std::optional<std::chrono::milliseconds> connect_timeout{};
    /// The time for a whole call: its attempts, the waits between them, and all pages of a list.
    /// Default: none.
    std::optional<std::chrono::milliseconds> deadline{};
    /// Maximum number of requests at the same time, each of which has a connection of its own over
    /// HTTP/1.1. Default: 100. Further calls wait for a connection in order of arrival, until their
    /// deadline. Lists prefetch fewer pages if connections are scarce. A connection that has
    /// been idle for half a minute is closed when the client is next used.
    std::optional<std::int64_t> max_connections{};
    /// Offers HTTP/2 to the server over "https://". Default: HTTP/1.1 only. Calls gain no speed
    /// from HTTP/2, because calls that run at the same time do not share a connection.
    bool http2 = false;
    /// The longest wait that a server may ask for. Where it asks for more, the call fails at once.
    /// Default: 120 s.
    std::optional<std::chrono::milliseconds> max_retry_wait{};
    /// How many times a failed attempt is repeated, where repeating is safe. Default: 3; 0 means
    /// one attempt.
    std::optional<std::int32_t> max_retries{};
    /// Allows "http://" to another machine, where the API key travels in clear.
    bool allow_http = false;
    /// URL of a proxy for all connections, such as "http://user:password@proxy.example:3128".
    /// Protocols: http, https, socks5 and socks5h, whose proxy resolves host names. Default: the
    /// environment variables `HTTPS_PROXY` (`HTTP_PROXY` for a base URL with "http://"),
    /// `ALL_PROXY` and `NO_PROXY`, which are read when the client is created. They do not apply to
    /// a base URL on this machine itself.
    std::optional<std::string> proxy{};
    /// A PEM file of the certificate authorities to trust, in place of the system's.
    std::optional<std::string> ca_file{};
    /// Added to the `User-Agent`, such as "shop/1.2".
    std::optional<std::string> user_agent_suffix{};
    /// Headers sent with every request. The client's own, such as `Authorization`, cannot be set.
    pairs default_headers{};
    /// Told of every attempt, on the thread that made it, which it must not hold up: for logs. It
    /// may be called on several threads at once, and must not make calls itself, on any client.
    /// What it throws is dropped.
    std::function<void(const attempt &)> on_attempt{};
};

/// Ends calls from another thread, at once, whether they are in flight, in a wait, between pages,
/// or not yet begun. They throw cancelled_error, whose outcome() says whether the request had gone
/// out. Copies are the same token. A cancelled token stays cancelled.
class cancel_token {
  public:
    /// A token that is not cancelled; it is given to calls in call_options.
    cancel_token() : handle_(zexa_cancel_token_new(), zexa_cancel_token_free) {}

    // Without a move, which would leave a token that cancels nothing.
    cancel_token(const cancel_token &) = default;
    cancel_token &operator=(const cancel_token &) = default;

    /// Cancels every call that carries this token. From any thread, though not from a signal
    /// handler. Doing it twice changes nothing.
    void cancel() const noexcept { zexa_cancel_token_cancel(handle_.get()); }

    /// Whether cancel() was called.
    [[nodiscard]] bool is_cancelled() const noexcept {
        return zexa_cancel_token_is_cancelled(handle_.get());
    }

    /// The token of the C API, which stays this one's.
    [[nodiscard]] const zexa_cancel_token *get() const noexcept { return handle_.get(); }

  private:
    std::shared_ptr<zexa_cancel_token> handle_;
};

/// What a call may do otherwise than its client. Every call takes them. What is not given is as the
/// client has it.
struct call_options {
    /// The time for one attempt, from connecting to the last byte of the answer.
    std::optional<std::chrono::milliseconds> timeout{};
    /// The time for the whole call: its attempts, the waits between them, and all pages of a list.
    std::optional<std::chrono::milliseconds> deadline{};
    /// How many times a failed attempt is repeated, where repeating is safe. 0 means one attempt.
    std::optional<std::int32_t> max_retries{};
    /// Repeats a POST even where it is not known whether the server has carried it out: a message
    /// may then be SENT TWICE. Default: false.
    std::optional<bool> retry_ambiguous{};
    /// Further headers. The client's own, such as `Authorization`, cannot be set.
    pairs headers{};
    /// Ends the call when it is cancelled.
    std::optional<cancel_token> cancel{};
    /// Further fields of the body as a JSON object, for fields that the parameters lack. Only for
    /// calls that take parameters and send them as a body. A field that its parameter sets, too,
    /// throws config_error.
    std::optional<std::string> extra_body{};
    /// Further parameters of the query as a JSON object of strings, numbers and booleans; an array
    /// of these repeats a parameter. Sent with every request of the call, such as each page of a
    /// list. A parameter that the call sets itself throws config_error.
    std::optional<std::string> extra_query{};
};

namespace detail {

inline zexa_call_options lower(const call_options &options, arrays &arrays) {
    zexa_call_options lowered = ZEXA_CALL_OPTIONS_INIT;
    lowered.timeout_ms = milliseconds("timeout", options.timeout);
    lowered.deadline_ms = milliseconds("deadline", options.deadline);
    lowered.max_retries = number("max_retries", options.max_retries);
    if (options.retry_ambiguous)
        lowered.retry_ambiguous = *options.retry_ambiguous ? 1 : 0;
    lowered.headers = arrays.pairs("headers", options.headers);
    lowered.headers_count = options.headers.size();
    if (options.cancel)
        lowered.cancel = options.cancel->get();
    lowered.extra_body = text("extra_body", options.extra_body);
    lowered.extra_query = text("extra_query", options.extra_query);
    return lowered;
}

inline zexa_client_options lower(const client_options &options, arrays &arrays) {
    zexa_client_options lowered = ZEXA_CLIENT_OPTIONS_INIT;
    lowered.api_key = text("api_key", options.api_key);
    lowered.base_url = text("base_url", options.base_url);
    lowered.timeout_ms = milliseconds("timeout", options.timeout);
    lowered.connect_timeout_ms = milliseconds("connect_timeout", options.connect_timeout);
    lowered.deadline_ms = milliseconds("deadline", options.deadline);
    lowered.max_retry_wait_ms = milliseconds("max_retry_wait", options.max_retry_wait);
    lowered.max_retries = number("max_retries", options.max_retries);
    lowered.allow_http = options.allow_http ? 1 : 0;
    lowered.http2 = options.http2 ? 1 : 0;
    lowered.max_connections = limit("max_connections", options.max_connections);
    lowered.proxy = text("proxy", options.proxy);
    lowered.ca_file = text("ca_file", options.ca_file);
    lowered.user_agent_suffix = text("user_agent_suffix", options.user_agent_suffix);
    lowered.default_headers = arrays.pairs("default_headers", options.default_headers);
    lowered.default_headers_count = options.default_headers.size();
    return lowered;
}

using attempt_function = std::function<void(const attempt &)>;

/// Tells a function of the caller's of an attempt. No exception may cross the library.
inline void tell(const zexa_attempt *told, void *userdata) noexcept {
    attempt attempt;
    attempt.method = view(told->method);
    attempt.route = view(told->route);
    attempt.number = told->number;
    attempt.http_status = optional_status(told->http_status);
    attempt.elapsed = std::chrono::microseconds(told->elapsed_us);
    if (told->failure != ZEXA_OK)
        attempt.failure = static_cast<kind>(told->failure);
    attempt.request_id = optional_view(told->request_id);
    attempt.line = view(told->line);
    try {
        (*static_cast<const attempt_function *>(userdata))(attempt);
    } catch (...) {
    }
}

inline void destroy(void *userdata) noexcept {
    delete static_cast<attempt_function *>(userdata);
}

} // namespace detail
