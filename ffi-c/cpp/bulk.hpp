/// The result of a row of messages_resource::send_many().
class send_result {
  public:
    /// Return the index of the row. The first row is 0.
    [[nodiscard]] std::int64_t index() const noexcept {
        return zexa_send_result_index(handle_.get());
    }

    /// Return the key of the row. If the row has none, it is made from the channel and the
    /// recipient. Absent for invalid rows.
    [[nodiscard]] std::optional<std::string_view> idempotency_key() const {
        return detail::optional_view(zexa_send_result_idempotency_key(handle_.get()));
    }

    /// Return the message. Absent if the row failed.
    [[nodiscard]] std::optional<zexa::message> message() const {
        if (const zexa_message *message = zexa_send_result_message(handle_.get()))
            return zexa::message(std::shared_ptr<const zexa_message>(handle_, message));
        return std::nullopt;
    }

    /// Return the error of a row that failed.
    [[nodiscard]] std::optional<zexa::error> error() const {
        return detail::error_of_row(rejected_, zexa_send_result_error(handle_.get()));
    }

    /// Return what is known about the request of the row.
    [[nodiscard]] zexa::outcome outcome() const noexcept {
        return static_cast<zexa::outcome>(zexa_send_result_outcome(handle_.get()));
    }

    /// Return whether the result is that of an earlier run, and nothing was sent.
    [[nodiscard]] bool replayed() const noexcept {
        return zexa_send_result_replayed(handle_.get());
    }

    /// Return whether the result is in the ledger. False without a ledger, if it cannot be
    /// written, and after a cancel.
    [[nodiscard]] bool recorded() const noexcept {
        return zexa_send_result_recorded(handle_.get());
    }

    /// Take ownership of a result of the C API. `rejected` is the error of a row that could not be
    /// passed to it.
    explicit send_result(zexa_send_result *handle,
                         std::optional<zexa::error> rejected = std::nullopt)
        : handle_(handle, zexa_send_result_free), rejected_(std::move(rejected)) {}

  private:
    std::shared_ptr<const zexa_send_result> handle_;
    std::optional<zexa::error> rejected_;
};

/// The result of a row of contacts_resource::create_many().
class create_result {
  public:
    /// Return the index of the row. The first row is 0.
    [[nodiscard]] std::int64_t index() const noexcept {
        return zexa_create_result_index(handle_.get());
    }

    /// Return the contact. Absent if the row failed, and for a contact that already exists.
    [[nodiscard]] std::optional<zexa::contact> contact() const {
        if (const zexa_contact *contact = zexa_create_result_contact(handle_.get()))
            return zexa::contact(std::shared_ptr<const zexa_contact>(handle_, contact));
        return std::nullopt;
    }

    /// Return the error of a row that failed.
    [[nodiscard]] std::optional<zexa::error> error() const {
        return detail::error_of_row(rejected_, zexa_create_result_error(handle_.get()));
    }

    /// Return what is known about the request of the row.
    [[nodiscard]] zexa::outcome outcome() const noexcept {
        return static_cast<zexa::outcome>(zexa_create_result_outcome(handle_.get()));
    }

    /// Return whether the contact already exists. This is not an error.
    [[nodiscard]] bool exists() const noexcept { return zexa_create_result_exists(handle_.get()); }

    /// Take ownership of a result of the C API. `rejected` is the error of a row that could not be
    /// passed to it.
    explicit create_result(zexa_create_result *handle,
                           std::optional<zexa::error> rejected = std::nullopt)
        : handle_(handle, zexa_create_result_free), rejected_(std::move(rejected)) {}

  private:
    std::shared_ptr<const zexa_create_result> handle_;
    std::optional<zexa::error> rejected_;
};

/// @cond

namespace detail {

template <> struct bulk<send_result> {
    using params = send_message_params;
    using row_handle = zexa_send_message_params;
    using run_handle = zexa_send_many;
    using result_handle = zexa_send_result;
    static constexpr auto begin = zexa_messages_send_many;
    static constexpr auto next = zexa_send_many_next;
    static constexpr auto stats = zexa_send_many_stats;
    static constexpr auto stop = zexa_send_many_stop;
    static constexpr auto cancel = zexa_send_many_cancel;
    static constexpr auto free = zexa_send_many_free;
    static constexpr auto index = zexa_send_result_index;
    static bool ledger_created(const zexa_send_many *run) {
        return zexa_send_many_ledger_created(run);
    }
};

template <> struct bulk<create_result> {
    using params = create_contact_params;
    using row_handle = zexa_create_contact_params;
    using run_handle = zexa_create_many;
    using result_handle = zexa_create_result;
    static constexpr auto begin = zexa_contacts_create_many;
    static constexpr auto next = zexa_create_many_next;
    static constexpr auto stats = zexa_create_many_stats;
    static constexpr auto stop = zexa_create_many_stop;
    static constexpr auto cancel = zexa_create_many_cancel;
    static constexpr auto free = zexa_create_many_free;
    static constexpr auto index = zexa_create_result_index;
    static bool ledger_created(const zexa_create_many *) { return false; }
};

} // namespace detail

/// @endcond

template <class Result> bulk_stats bulk_run<Result>::stats() const {
    return zexa::bulk_stats(functions::stats(handle()));
}

template <class Rows>
bulk_run<send_result> messages_resource::send_many(Rows &&rows, const bulk_options &options) const {
    return bulk_run<send_result>(client_, std::forward<Rows>(rows), options);
}

template <class Rows>
bulk_run<create_result> contacts_resource::create_many(Rows &&rows,
                                                       const bulk_options &options) const {
    return bulk_run<create_result>(client_, std::forward<Rows>(rows), options);
}
