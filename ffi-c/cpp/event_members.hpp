/// The message that the event is about, if it is about one, wherever the payload has it.
[[nodiscard]] std::optional<zexa::message> message() const {
    if (zexa_message *handle = zexa_event_message(get()))
        return zexa::message(handle);
    return std::nullopt;
}

/// The campaign that the event is about, if it is about one, wherever the payload has it.
[[nodiscard]] std::optional<zexa::campaign> campaign() const {
    if (zexa_campaign *handle = zexa_event_campaign(get()))
        return zexa::campaign(handle);
    return std::nullopt;
}
