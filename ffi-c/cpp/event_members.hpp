/// Return the message that the event refers to, if any. It may be anywhere in the payload.
[[nodiscard]] std::optional<zexa::message> message() const {
    if (zexa_message *handle = zexa_event_message(get()))
        return zexa::message(handle);
    return std::nullopt;
}

/// Return the campaign that the event refers to, if any. It may be anywhere in the payload.
[[nodiscard]] std::optional<zexa::campaign> campaign() const {
    if (zexa_campaign *handle = zexa_event_campaign(get()))
        return zexa::campaign(handle);
    return std::nullopt;
}
