/// An answer as it came.
class response {
  public:
    /// The HTTP status, a 2xx.
    [[nodiscard]] int http_status() const noexcept {
        return zexa_response_http_status(handle_.get());
    }

    /// The body as JSON; "null" where there was none.
    [[nodiscard]] std::string_view body_json() const {
        return detail::view(zexa_response_body_json(handle_.get()));
    }

    /// Takes over an object of the C API.
    explicit response(zexa_response *handle) : handle_(handle, zexa_response_free) {}

  private:
    std::shared_ptr<const zexa_response> handle_;
};

/// A client of the Zexa API. Calls run on the caller's thread, over connections that all share.
/// Making one opens and starts nothing. Copies are the same client. It survives fork(): one that
/// was made before works in the parent and in the child.
class client {
  public:
    /// With all defaults: the API key is that of the environment's `ZEXA_API_KEY`.
    ///
    /// Throws config_error where there is none.
    client() : client(client_options()) {}

    /// Throws config_error where an option cannot be used, and names it.
    explicit client(const client_options &options) {
        detail::arrays arrays;
        zexa_client_options lowered = detail::lower(options, arrays);
        std::unique_ptr<detail::attempt_function> on_attempt;
        if (options.on_attempt) {
            on_attempt = std::make_unique<detail::attempt_function>(options.on_attempt);
            lowered.on_attempt = detail::tell;
            lowered.on_attempt_userdata = on_attempt.get();
            lowered.on_attempt_destroy = detail::destroy;
        }
        zexa_client *handle =
            detail::made<zexa_client>([&](zexa_client **made, zexa_error **error) {
                return zexa_client_new(&lowered, made, error);
            });
        // The library's from here on, which frees it after the last call.
        static_cast<void>(on_attempt.release());
        handle_.reset(handle, zexa_client_free);
    }

    // GENERATED: the resources

    /// The same client, with the same connections, for calls with other options.
    [[nodiscard]] client with_options(const call_options &options) const {
        detail::arrays arrays;
        const zexa_call_options lowered = detail::lower(options, arrays);
        return client(detail::made<zexa_client>([&](zexa_client **made, zexa_error **error) {
            return zexa_client_with_options(get(), &lowered, made, error);
        }));
    }

    /// Makes a request and waits for its answer: for what this version does not know. It is
    /// authorised, repeated and timed as every other. Only GET and DELETE are repeated after a
    /// failure that may have been a success.
    ///
    /// - `method`: "GET", "POST", "PUT", "PATCH" or "DELETE".
    /// - `path`: below the base URL, such as "/messages".
    /// - `body_json`: the body as JSON, where there is one.
    zexa::response request(const std::string &method, const std::string &path,
                           const pairs &query = {},
                           const std::optional<std::string> &body_json = std::nullopt,
                           const call_options &options = {}) const {
        detail::arrays arrays;
        const zexa_call_options lowered = detail::lower(options, arrays);
        const char *c_method = detail::text("method", method);
        const char *c_path = detail::text("path", path);
        const char *c_body = detail::text("body_json", body_json);
        const zexa_key_value *c_query = arrays.pairs("query", query);
        return zexa::response(
            detail::made<zexa_response>([&](zexa_response **made, zexa_error **error) {
                return zexa_client_request(get(), c_method, c_path, c_query, query.size(), c_body,
                                           &lowered, made, error);
            }));
    }

    /// Refuses further calls of this client, and of all that were made from it, with closed_error;
    /// ends waits, and closes idle connections. An attempt in flight goes on to its end. There is
    /// no need to call it before the client is destroyed.
    void close() const noexcept { zexa_client_close(get()); }

    /// Takes over an object of the C API.
    explicit client(zexa_client *handle) : handle_(handle, zexa_client_free) {}

    /// The object of the C API, which stays this one's.
    [[nodiscard]] const zexa_client *get() const noexcept { return handle_.get(); }

  private:
    std::shared_ptr<const zexa_client> handle_;
};
