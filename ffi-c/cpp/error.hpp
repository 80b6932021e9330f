/// Return the name of a kind, such as "rate_limited". The names are the same in all languages.
[[nodiscard]] inline std::string_view to_string(kind kind) noexcept {
    return zexa_status_name(static_cast<zexa_status>(kind));
}

/// Return the name of an outcome, such as "not_sent". The names are the same in all languages.
[[nodiscard]] inline std::string_view to_string(outcome outcome) noexcept {
    return zexa_outcome_name(static_cast<zexa_outcome>(outcome));
}

/// @cond

namespace detail {

/// Contents of an error. Shared between copies of the exception, so that copying cannot throw.
struct failure {
    zexa::kind kind = zexa::kind::other;
    zexa::outcome outcome = zexa::outcome::unknown;
    bool safe_to_retry = false;
    std::string text{};
    std::string message{};
    std::optional<std::string> code{};
    std::optional<int> http_status{};
    std::optional<std::string> request_id{};
    std::optional<std::string> details_json{};
    std::optional<std::chrono::milliseconds> retry_after{};
    unsigned attempts = 0;
    std::optional<std::string> cause{};
    std::string json{};
};

} // namespace detail

/// @endcond

/// A failed call: what went wrong, and whether the server may have carried out the request. Never
/// contains the API key.
///
/// ```cpp
/// try {
///     client.messages().send(params);
/// } catch (const zexa::insufficient_credits_error &) {
///     std::cerr << "top up the account\n";
/// } catch (const zexa::error &error) {
///     std::cerr << (error.safe_to_retry() ? "not sent: " : "it may have been sent: ")
///               << error.what() << '\n';
/// }
/// ```
class error : public std::runtime_error {
  public:
    /// Return one line for a log: code, message, status, request id, outcome and attempts.
    using std::runtime_error::what;

    /// Return the kind of error. Each kind also has its own class.
    [[nodiscard]] zexa::kind kind() const noexcept { return failure_->kind; }

    /// Return whether the server may have carried out the request.
    [[nodiscard]] zexa::outcome outcome() const noexcept { return failure_->outcome; }

    /// Return whether the request can be sent again without a risk of duplicates: true for
    /// `outcome::not_sent` and `outcome::rejected`.
    [[nodiscard]] bool safe_to_retry() const noexcept { return failure_->safe_to_retry; }

    /// Return a description of the error, from the API if it sent one.
    [[nodiscard]] const std::string &message() const noexcept { return failure_->message; }

    /// Return the error code of the API, such as "insufficient_credits", if there is one.
    [[nodiscard]] const std::optional<std::string> &code() const noexcept { return failure_->code; }

    /// Return the HTTP status of the response that caused the error, if it was one.
    [[nodiscard]] std::optional<int> http_status() const noexcept { return failure_->http_status; }

    /// Return the id of the request, for Zexa's support, if there is one.
    [[nodiscard]] const std::optional<std::string> &request_id() const noexcept {
        return failure_->request_id;
    }

    /// Return additional details as JSON, if there are any: those that the API sent, or `field`,
    /// `reason` and `value` of an argument that was rejected before sending. May contain phone
    /// numbers and message texts: do not log it.
    [[nodiscard]] const std::optional<std::string> &details_json() const noexcept {
        return failure_->details_json;
    }

    /// Return the wait that the last response requested (`Retry-After`), if it did.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        return failure_->retry_after;
    }

    /// Return the number of requests made. 0 if the call failed before the first.
    [[nodiscard]] unsigned attempts() const noexcept { return failure_->attempts; }

    /// Return the underlying cause, if it is known.
    ///
    /// For a failed or lost connection this is a stable code: of the system ("ECONNREFUSED"), of
    /// TLS ("CERT_HAS_EXPIRED") or of DNS ("ENOTFOUND"). The codes are those of Node.js. For other
    /// errors it is the message of the innermost cause.
    [[nodiscard]] const std::optional<std::string> &cause() const noexcept {
        return failure_->cause;
    }

    /// Return the error as a JSON object with kind, outcome, status, code, message, details,
    /// request_id, retry_after (seconds) and attempts.
    [[nodiscard]] const std::string &json() const noexcept { return failure_->json; }

    /// Copy an error. Errors have no move constructor, which would leave an empty error.
    error(const error &) = default;

    /// Replace an error.
    error &operator=(const error &) = default;

    /// Create an error. The library creates all errors.
    explicit error(detail::failure failure)
        : std::runtime_error(failure.text),
          failure_(std::make_shared<const detail::failure>(std::move(failure))) {}

  private:
    std::shared_ptr<const detail::failure> failure_;
};
