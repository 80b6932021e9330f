struct client_options;
class response;

/// Names and their values: HTTP headers or query parameters.
using key_values = std::vector<std::pair<std::string, std::string>>;

/// A cancel token: ends calls from another thread.
///
/// Set it as `cancel` in the options of one or more calls. cancel() then ends them within about 100
/// ms: in flight, while waiting, between pages, or before they start. They throw cancelled_error,
/// whose outcome() says whether the request was sent. Copies are the same token. A cancelled token
/// stays cancelled. Thread-safe.
class cancel_token {
  public:
    /// Create a token.
    cancel_token() : handle_(zexa_cancel_token_new(), zexa_cancel_token_free) {}

    /// Copy a token; the copy is the same token. Tokens have no move constructor, which would leave
    /// a token without function.
    cancel_token(const cancel_token &) = default;

    /// Replace a token.
    cancel_token &operator=(const cancel_token &) = default;

    /// Cancel all calls that use this token, now and later. Cancelling twice has no effect. Do not
    /// call it in a signal handler.
    void cancel() const noexcept { zexa_cancel_token_cancel(handle_.get()); }

    /// Return whether cancel() was called.
    [[nodiscard]] bool is_cancelled() const noexcept {
        return zexa_cancel_token_is_cancelled(handle_.get());
    }

    /// Return the token of the C API, which this object keeps owning.
    [[nodiscard]] const zexa_cancel_token *get() const noexcept { return handle_.get(); }

  private:
    std::shared_ptr<zexa_cancel_token> handle_;
};

/// Options of one call, which override those of the client. All calls accept them.
struct call_options {
    /// Timeout of one attempt, from connect to the last byte of the response.
    std::optional<std::chrono::milliseconds> timeout{};
    /// Deadline of the whole call: attempts, waits between them, and all pages of a list.
    std::optional<std::chrono::milliseconds> deadline{};
    /// Maximum number of retries. 0 means one attempt.
    std::optional<std::int32_t> max_retries{};
    /// Also retries a POST whose outcome is unknown: a message may then be SENT TWICE. Default:
    /// false.
    std::optional<bool> retry_ambiguous{};
    /// Additional HTTP headers. Headers that the client sets, such as `Authorization`, are
    /// rejected.
    key_values headers{};
    /// Cancel token of the call.
    std::optional<cancel_token> cancel{};
    /// Additional fields of the request body, as a JSON object. Throws config_error for calls that
    /// send no parameters in a body, and for a field that the parameters set as well.
    std::optional<std::string> extra_body{};
    /// Additional query parameters, as a JSON object of strings, numbers and booleans; an array of
    /// these repeats the parameter. Sent with each request of the call, such as each page of a
    /// list. Throws config_error for a parameter that the call sets itself.
    std::optional<std::string> extra_query{};
};

/// A client of the Zexa API, with a connection pool.
///
/// Thread-safe: create one per process and share it. Calls run on the calling thread. Creating a
/// client opens no connection and starts no thread. Copies are the same client. A client that was
/// created before fork() works in the parent and in the child. Calls of a client that was moved
/// from throw invalid_argument_error.
class client {
  public:
    /// Create a client with the default options, and the API key of the environment variable
    /// `ZEXA_API_KEY`.
    ///
    /// Throws config_error if there is no API key or an environment variable is invalid.
    client();

    /// Create a client.
    ///
    /// Throws config_error if there is no API key or an option is invalid. The error names it.
    explicit client(const client_options &options);

    // GENERATED: the resources

    /// Create a client that shares the connections of this one, and has other options for all its
    /// calls.
    [[nodiscard]] client with_options(const call_options &options) const;

    /// Send any request to the API, with the authentication, retries and timeouts of the client.
    /// For endpoints without a method.
    ///
    /// Requests with other methods than GET and DELETE are not retried if their outcome is unknown.
    ///
    /// @param method     "GET", "POST", "PUT", "PATCH" or "DELETE"
    /// @param path       path below the base URL, such as "/messages"
    /// @param query      query parameters
    /// @param body_json  request body as JSON
    /// @param options    call options
    /// @return the response
    zexa::response request(const std::string &method, const std::string &path,
                           const key_values &query = {},
                           const std::optional<std::string> &body_json = std::nullopt,
                           const call_options &options = {}) const;

    /// Close this client and all clients derived from it: further calls throw closed_error, waits
    /// end, and idle connections are closed. Attempts in flight continue to their end. Optional
    /// before the client is destroyed.
    void close() const noexcept { zexa_client_close(get()); }

    /// Take ownership of a client of the C API.
    explicit client(zexa_client *handle) : handle_(handle, zexa_client_free) {}

    /// Return the client of the C API, which this object keeps owning.
    [[nodiscard]] const zexa_client *get() const noexcept { return handle_.get(); }

  private:
    std::shared_ptr<const zexa_client> handle_;
};
