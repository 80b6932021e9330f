/// Reads what Zexa posted to a webhook: the body of its request. Nothing is sent.
///
/// Answer that request with a 2xx soon, or it will be posted again; the first one after registering
/// is a test.
///
/// Throws decode_error where the body is not a JSON object.
[[nodiscard]] inline event parse_event(std::string_view body) {
    return event(detail::made<zexa_event>([&](zexa_event **made, zexa_error **error) {
        return zexa_webhooks_parse_event(body.data(), body.size(), made, error);
    }));
}
