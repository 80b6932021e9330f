/// A ledger: the record of what was sent, by idempotency key.
///
/// A client with the option `ledger` writes the file. This object reads it, also while a client
/// uses it, and settles rows in doubt:
///
/// ```cpp
/// zexa::client_options options;
/// options.ledger = "orders.db";
/// params.idempotency_key = "order-4711";
/// zexa::client(options).messages().send(params);
/// zexa::client(options).messages().send(params); // returns the same message, and sends nothing
///
/// const auto ledger = zexa::ledger::open("orders.db");
/// std::cout << ledger.counts().accepted() << " accepted\n";
/// for (const zexa::doubtful_row &row : ledger.in_doubt())
///     std::cout << row.key() << " may have been sent\n";
/// ```
///
/// Thread-safe. The methods block while they use the file. Copies are the same ledger. In a forked
/// child the methods throw closed_error for a ledger that the parent process opened; the child can
/// open the file again. Methods of a ledger that was moved from throw invalid_argument_error.
class ledger {
  public:
    /// Open a ledger.
    ///
    /// Throws config_error if the ledger does not exist, cannot be created, or cannot be used;
    /// connect_error if the database cannot be reached; other_error if another process does not
    /// release the file; or another zexa::error.
    ///
    /// @param path    path of the file, or URL of a ledger in a PostgreSQL database
    /// @param create  whether to create the ledger if it does not exist; a new ledger belongs to
    ///                the first account that uses it
    /// @return the ledger
    [[nodiscard]] static ledger open(const std::string &path, bool create = false) {
        const char *c_path = detail::text("path", path);
        return ledger(detail::create<zexa_ledger>([&](zexa_ledger **opened, zexa_error **error) {
            return zexa_ledger_open(c_path, create, opened, error);
        }));
    }

    /// Return the absolute path of the file, or the URL without the password. Empty if the ledger
    /// was moved from.
    [[nodiscard]] std::string_view path() const { return detail::view(zexa_ledger_path(get())); }

    /// Count the rows by state.
    ///
    /// Throws other_error if the file cannot be read, or another zexa::error.
    [[nodiscard]] ledger_counts counts() const {
        return ledger_counts(detail::create<zexa_ledger_counts>(
            [&](zexa_ledger_counts **counts, zexa_error **error) {
                return zexa_ledger_count(handle(), counts, error);
            }));
    }

    /// Return the rows in doubt, in the order in which they were first claimed.
    ///
    /// A row is in doubt if its request was sent, or may have been, and no result is recorded.
    /// Nothing is sent for its key until a person has found out what happened and has settled it,
    /// by mark_sent() or mark_not_sent().
    ///
    /// Throws other_error if the file cannot be read, or another zexa::error.
    [[nodiscard]] std::vector<doubtful_row> in_doubt() const {
        using iterator = zexa_doubtful_row_iter;
        const std::unique_ptr<iterator, void (*)(iterator *)> iter(
            detail::create<iterator>([&](iterator **created, zexa_error **error) {
                return zexa_ledger_in_doubt(handle(), created, error);
            }),
            zexa_doubtful_row_iter_free);
        std::vector<doubtful_row> rows;
        for (;;) {
            zexa_doubtful_row *next = nullptr;
            zexa_error *error = nullptr;
            const zexa_status status = zexa_doubtful_row_iter_next(iter.get(), &next, &error);
            if (status == ZEXA_DONE)
                return rows;
            detail::check(status, error);
            doubtful_row row(next);
            rows.push_back(std::move(row));
        }
    }

    /// Settle a row in doubt: its request was processed. Later calls with its key return the
    /// message or campaign with this id, and send nothing.
    ///
    /// Records the time and the name of the user.
    ///
    /// Throws not_found_error if the ledger does not have the key, conflict_error if the row is not
    /// in doubt, invalid_request_error if the id is empty, other_error if the file cannot be
    /// written, or another zexa::error.
    ///
    /// @param key  idempotency key of the row
    /// @param id   id of the message or campaign; if it is not known, later calls throw
    ///             decode_error with `outcome::accepted`
    void mark_sent(std::string_view key, std::optional<std::string_view> id = std::nullopt) const {
        const std::string key_string(key);
        const std::optional<std::string> id_string(id);
        const char *c_key = detail::text("key", key_string);
        const char *c_id = detail::text("id", id_string);
        zexa_error *error = nullptr;
        const zexa_status status = zexa_ledger_mark_sent(handle(), c_key, c_id, &error);
        detail::check(status, error);
    }

    /// Settle a row in doubt: its request was not processed. The next call with its key sends it.
    ///
    /// Records the time and the name of the user.
    ///
    /// Throws not_found_error if the ledger does not have the key, conflict_error if the row is not
    /// in doubt, other_error if the file cannot be written, or another zexa::error.
    ///
    /// @param key  idempotency key of the row
    void mark_not_sent(std::string_view key) const {
        const std::string key_string(key);
        const char *c_key = detail::text("key", key_string);
        zexa_error *error = nullptr;
        const zexa_status status = zexa_ledger_mark_not_sent(handle(), c_key, &error);
        detail::check(status, error);
    }

    /// Replace the rows that were accepted before a time by their keys, which are never sent again.
    /// Rows in other states are kept.
    ///
    /// Later calls with such a key throw decode_error with `outcome::accepted`, because the id of
    /// the message is no longer known.
    ///
    /// Throws validation_error if `before` is not a time, other_error if the file cannot be
    /// written, or another zexa::error.
    ///
    /// @param before  RFC 3339 time with an offset, such as "2026-07-01T00:00:00Z"
    /// @return the number of replaced rows
    std::int64_t prune(std::string_view before) const {
        const std::string before_string(before);
        const char *c_before = detail::text("before", before_string);
        std::int64_t count = 0;
        zexa_error *error = nullptr;
        const zexa_status status = zexa_ledger_prune(handle(), c_before, &count, &error);
        detail::check(status, error);
        return count;
    }

    /// Write all rows to a CSV file, with a header. An existing file is replaced when the new one
    /// is complete.
    ///
    /// Other languages name it `export`, which is a C++ keyword.
    ///
    /// Throws validation_error if the path is a file of the ledger, other_error if a file cannot be
    /// read or written, or another zexa::error.
    ///
    /// @param path  path of the CSV file
    /// @return the number of rows
    std::int64_t export_to_file(const std::string &path) const {
        const char *c_path = detail::text("path", path);
        std::int64_t count = 0;
        zexa_error *error = nullptr;
        const zexa_status status = zexa_ledger_export(handle(), c_path, &count, &error);
        detail::check(status, error);
        return count;
    }

    /// Take ownership of a ledger of the C API.
    explicit ledger(zexa_ledger *handle) : handle_(handle, zexa_ledger_free) {}

    /// Return the ledger of the C API, which this object keeps owning.
    [[nodiscard]] const zexa_ledger *get() const noexcept { return handle_.get(); }

  private:
    /// A ledger that was moved from has none.
    [[nodiscard]] const zexa_ledger *handle() const {
        if (get() == nullptr)
            detail::reject("ledger", "must not be used after it was moved from");
        return get();
    }

    std::shared_ptr<const zexa_ledger> handle_;
};
