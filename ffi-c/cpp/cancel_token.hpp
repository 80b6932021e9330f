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
