namespace detail {

/// What an error says. It is held apart from the exception, so that copying that one cannot throw.
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

/// A failed call: what went wrong, and how far the request got, which tells whether the message may
/// have been sent in spite of it. It never holds the API key.
///
/// ```cpp
/// try {
///     client.messages().send(params);
/// } catch (const zexa::insufficient_credits_error &) {
///     std::cerr << "time to top up\n";
/// } catch (const zexa::error &error) {
///     std::cerr << (error.safe_to_retry() ? "not sent: " : "it may have been sent: ")
///               << error.what() << '\n';
/// }
/// ```
class error : public std::runtime_error {
  public:
    /// All that a log should have, in one line: code, message, status, request id, outcome and
    /// attempts.
    using std::runtime_error::what;

    /// What went wrong. Each kind has a class of its own, too.
    [[nodiscard]] zexa::kind kind() const noexcept { return failure_->kind; }

    /// How far the request got.
    [[nodiscard]] zexa::outcome outcome() const noexcept { return failure_->outcome; }

    /// Whether sending the same request again cannot do the same thing twice: true for
    /// `outcome::not_sent` and `outcome::rejected`.
    [[nodiscard]] bool safe_to_retry() const noexcept { return failure_->safe_to_retry; }

    /// What went wrong, in words: the API's own where it gave any.
    [[nodiscard]] const std::string &message() const noexcept { return failure_->message; }

    /// The API's own name for the error, such as "insufficient_credits".
    [[nodiscard]] const std::optional<std::string> &code() const noexcept { return failure_->code; }

    /// The HTTP status of the last answer, where one came.
    [[nodiscard]] std::optional<int> http_status() const noexcept { return failure_->http_status; }

    /// The id by which Zexa's support finds this request.
    [[nodiscard]] const std::optional<std::string> &request_id() const noexcept {
        return failure_->request_id;
    }

    /// What the API says beside its message, or `field`, `reason` and `value` of an argument that
    /// was refused before it was sent, as JSON. It may hold a number or a text, so it does not
    /// belong in a log.
    [[nodiscard]] const std::optional<std::string> &details_json() const noexcept {
        return failure_->details_json;
    }

    /// How long the server asked to wait in its last answer, where it did.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        return failure_->retry_after;
    }

    /// How many requests were made; 0 where the call failed before the first.
    [[nodiscard]] unsigned attempts() const noexcept { return failure_->attempts; }

    /// Reason of the error. If there is no connection, or it was lost, a code: the system's, such
    /// as "ECONNREFUSED", or one for TLS or the lookup of the host, such as "CERT_HAS_EXPIRED" or
    /// "ENOTFOUND". The codes are those of Node.js, and stay as they are. Else the innermost reason
    /// in words.
    [[nodiscard]] const std::optional<std::string> &cause() const noexcept {
        return failure_->cause;
    }

    /// All of it as a JSON object: kind, outcome, status, code, message, details, request_id,
    /// retry_after (seconds), attempts.
    [[nodiscard]] const std::string &json() const noexcept { return failure_->json; }

    // Without a move, which would leave an error that says nothing.
    error(const error &) = default;
    error &operator=(const error &) = default;

    explicit error(detail::failure failure)
        : std::runtime_error(failure.text),
          failure_(std::make_shared<const detail::failure>(std::move(failure))) {}

  private:
    std::shared_ptr<const detail::failure> failure_;
};
