/// A client of the Zexa API, with a connection pool.
///
/// Thread-safe: create one per process and share it. Calls run on the calling thread, except those
/// with an `idempotency_key` and bulk runs. Creating a client opens no connection and starts no
/// thread. Copies are the same client. A client that was created before fork() works in the parent
/// and in the child. Calls of a client that was moved from throw invalid_argument_error.
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
