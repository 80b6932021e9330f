/// A response to client::request().
class response {
  public:
    /// Return the HTTP status, which is 2xx.
    [[nodiscard]] int http_status() const noexcept {
        return zexa_response_http_status(handle_.get());
    }

    /// Return the body as JSON; "null" if the response has no body.
    [[nodiscard]] std::string_view body_json() const {
        return detail::view(zexa_response_body_json(handle_.get()));
    }

    /// Take ownership of a response of the C API.
    explicit response(zexa_response *handle) : handle_(handle, zexa_response_free) {}

  private:
    std::shared_ptr<const zexa_response> handle_;
};

inline client::client() : client(client_options()) {}

inline client::client(const client_options &options) {
    detail::arrays arrays;
    zexa_client_options lowered = detail::lower(options, arrays);
    std::unique_ptr<detail::attempt_function> on_attempt;
    if (options.on_attempt) {
        on_attempt = std::make_unique<detail::attempt_function>(options.on_attempt);
        lowered.on_attempt = detail::call_on_attempt;
        lowered.on_attempt_userdata = on_attempt.get();
        lowered.on_attempt_destroy = detail::destroy_on_attempt;
    }
    zexa_client *handle =
        detail::create<zexa_client>([&](zexa_client **client, zexa_error **error) {
            return zexa_client_new(&lowered, client, error);
        });
    // From here on the library owns the callback, and frees it after the last call.
    static_cast<void>(on_attempt.release());
    handle_.reset(handle, zexa_client_free);
}

inline client client::with_options(const call_options &options) const {
    detail::arrays arrays;
    const zexa_call_options lowered = detail::lower(options, arrays);
    return client(detail::create<zexa_client>([&](zexa_client **derived, zexa_error **error) {
        return zexa_client_with_options(detail::handle(*this), &lowered, derived, error);
    }));
}

inline response client::request(const std::string &method, const std::string &path,
                                const key_values &query,
                                const std::optional<std::string> &body_json,
                                const call_options &options) const {
    detail::arrays arrays;
    const zexa_call_options lowered = detail::lower(options, arrays);
    const char *c_method = detail::text("method", method);
    const char *c_path = detail::text("path", path);
    const char *c_body = detail::text("body_json", body_json);
    const zexa_key_value *c_query = arrays.key_values("query", query);
    return zexa::response(
        detail::create<zexa_response>([&](zexa_response **response, zexa_error **error) {
            return zexa_client_request(detail::handle(*this), c_method, c_path, c_query,
                                       query.size(), c_body, &lowered, response, error);
        }));
}
