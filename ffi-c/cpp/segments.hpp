/// Return how an SMS text is encoded and split into segments. Sends nothing.
///
/// A segment holds 160 characters of GSM-7. If the text contains any other character, a segment
/// holds 70 UTF-16 code units. GSM-7 contains `à`, `é`, `ñ`, `ü` and `Ç`, for example, but not `á`,
/// `ã`, `â`, `ê`, `í`, `ó`, `õ`, `ú` or `ç`.
///
/// These are the sizes that the API documents. Networks split longer texts into parts of 153 or 67,
/// which the API does not mention: a long text may be billed as more segments.
///
/// Throws invalid_argument_error if the text is not UTF-8 or contains a NUL.
///
/// @param text  the body of the message
[[nodiscard]] inline segments segments_of(const std::string &text) {
    return segments(
        detail::create<zexa_segments>([&](zexa_segments **segments, zexa_error **error) {
            return zexa_segments_new(detail::text("text", text), segments, error);
        }));
}

/// Return the lowest documented cost of a message, in credits. Sends nothing.
///
/// - An SMS costs 1 credit per segment to a number in Angola (`+244`), and 2 to 5 to another
/// country.
/// - A WhatsApp message costs 1 to 2, a Telegram message 1, and an email or Slack message half a
///   credit.
///
/// Of a range, this is the lower end, so the real cost may be higher. Absent for a channel without
/// a documented cost, and for an SMS without a body, because its text is not known.
///
/// Throws invalid_argument_error, invalid_request_error if a field is missing, or validation_error
/// if one is invalid.
///
/// @param params  the parameters of the message
[[nodiscard]] inline std::optional<double> estimate(const send_message_params &params) {
    detail::arrays arrays;
    const zexa_send_message_params lowered = detail::lower(params, arrays);
    double credits = 0;
    zexa_error *error = nullptr;
    const zexa_status status = zexa_messages_estimate(&lowered, &credits, &error);
    detail::check(status, error);
    if (credits == ZEXA_DEFAULT)
        return std::nullopt;
    return credits;
}
