/// Parse an event that Zexa posted to a webhook. Needs no client and sends nothing.
///
/// Respond to the request with a 2xx soon. Otherwise Zexa may post the event again. The first event
/// after the registration is a test.
///
/// Throws decode_error if the body is not a JSON object.
///
/// @param body  body of the request
/// @return the event
[[nodiscard]] inline event parse_event(std::string_view body) {
    return event(detail::create<zexa_event>([&](zexa_event **event, zexa_error **error) {
        return zexa_webhooks_parse_event(body.data(), body.size(), event, error);
    }));
}
