/// @cond

namespace detail {

/// The functions of the C API for a bulk run with these results, and the type of its rows. Each
/// kind of result specialises it below.
template <class Result> struct bulk;

/// The error of a row. A row that cannot be passed to the library has an error of its own.
inline std::optional<zexa::error> error_of_row(const std::optional<zexa::error> &rejected,
                                               const zexa_error *error) {
    if (rejected || error == nullptr)
        return rejected;
    return zexa::error(describe(error));
}

template <class Rows> auto first_of(Rows &rows) {
    using std::begin;
    return begin(rows);
}

template <class Rows> auto end_of(Rows &rows) {
    using std::end;
    return end(rows);
}

/// The source of the rows of a bulk run.
template <class Params> class row_source {
  public:
    row_source() = default;
    row_source(const row_source &) = delete;
    row_source &operator=(const row_source &) = delete;
    virtual ~row_source() = default;

    /// The callback of the C API. Exceptions must not cross it.
    template <class Row> static zexa_status next(Row *row, void *userdata) noexcept {
        return static_cast<row_source *>(userdata)->next(*row);
    }

    /// Throws the exception with which the source has failed, if there is one.
    void check() {
        if (failure_)
            std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    /// The error of a row that could not be passed to the library.
    std::optional<zexa::error> take_rejected(std::int64_t index) {
        const auto found = rejected_.find(index);
        if (found == rejected_.end())
            return std::nullopt;
        std::optional<zexa::error> error(found->second);
        rejected_.erase(found);
        return error;
    }

  private:
    /// Sets the next row, unless there is none.
    virtual bool pull(std::optional<Params> &params) = 0;

    template <class Row> zexa_status next(Row &row) noexcept {
        try {
            if (!pull(params_))
                return ZEXA_DONE;
            const std::int64_t index = pulled_++;
            arrays_ = arrays();
            try {
                row = lower(*params_, arrays_);
            } catch (const zexa::error &error) {
                // The library rejects the row, which remains empty.
                rejected_.emplace(index, error);
            }
            return ZEXA_OK;
        } catch (...) {
            failure_ = std::current_exception();
            return ZEXA_OTHER;
        }
    }

    /// The current row. The library reads it before it asks for the next one.
    std::optional<Params> params_;
    arrays arrays_;
    std::int64_t pulled_ = 0;
    std::map<std::int64_t, zexa::error> rejected_;
    std::exception_ptr failure_;
};

/// A source that is a range. `Rows` is a reference if the range is not a temporary object.
template <class Params, class Rows> class range_source final : public row_source<Params> {
  public:
    explicit range_source(Rows &&rows) : rows_(std::forward<Rows>(rows)) {}

  private:
    bool pull(std::optional<Params> &params) override {
        if (at_)
            ++*at_;
        else
            at_.emplace(first_of(rows_));
        if (*at_ == end_of(rows_))
            return false;
        params.emplace(**at_);
        return true;
    }

    Rows rows_;
    std::optional<decltype(first_of(std::declval<Rows &>()))> at_;
};

/// A run with its source, and its current result.
template <class Result> struct bulk_state {
    using functions = bulk<Result>;

    std::unique_ptr<row_source<typename functions::params>> source;
    /// Freed before the source.
    std::unique_ptr<typename functions::run_handle, void (*)(typename functions::run_handle *)> run{
        nullptr, functions::free};
    std::optional<Result> result;

    /// Waits for the next result. False at the end.
    bool advance() {
        result.reset();
        typename functions::result_handle *next = nullptr;
        zexa_error *error = nullptr;
        const zexa_status status = functions::next(run.get(), &next, &error);
        if (status == ZEXA_DONE)
            return false;
        if (status != ZEXA_OK) {
            std::unique_ptr<zexa_error, void (*)(zexa_error *)> owner(error, zexa_error_free);
            source->check();
            static_cast<void>(owner.release());
        }
        check(status, error);
        result.emplace(next, source->take_rejected(functions::index(next)));
        return true;
    }
};

} // namespace detail

/// @endcond

/// A bulk run: a range of results, which can be read once.
///
/// ```cpp
/// std::vector<zexa::send_message_params> rows(100, params);
/// for (std::size_t row = 0; row < rows.size(); ++row)
///     rows[row].idempotency_key = "june-" + std::to_string(row);
/// zexa::bulk_options options;
/// options.ledger = "june.db";
/// for (zexa::send_result &result : client.messages().send_many(rows, options)) {
///     if (const auto error = result.error())
///         std::cerr << "row " << result.index() << ": " << error->what() << '\n';
/// }
/// ```
///
/// The rows are any range, which is read lazily while the results are read, on the same thread. A
/// range that is a temporary object is moved into the run; others must outlive it. Results arrive
/// as the rows complete, or in the order of the rows if `ordered` is true.
///
/// A run that stops before its last row throws stopped_error after the last result. The details
/// have the `reason`, and `first_untouched` is the index of the first row that was not pulled. An
/// exception of the range is rethrown after the results of the rows in flight.
///
/// Destroying a run cancels the rows in flight: those that were not sent will not be sent, and
/// those that may have been sent are recorded in the ledger when they are answered. stats(), stop()
/// and cancel() are thread-safe. A forked child cannot use a run of its parent, and reading its
/// results throws closed_error.
template <class Result> class bulk_run {
    using functions = detail::bulk<Result>;
    using state = detail::bulk_state<Result>;

  public:
    /// Type of the iterators: input iterators, whose copies share the position. An iterator that is
    /// equal to end() must not be dereferenced or incremented. Iterators do not outlive the run.
    class iterator {
      public:
        /// Type of the iterators.
        using iterator_category = std::input_iterator_tag;
        /// Type of the results.
        using value_type = Result;
        /// Unused.
        using difference_type = std::ptrdiff_t;
        /// Type of operator->().
        using pointer = Result *;
        /// Type of operator*().
        using reference = Result &;

        /// Create an end iterator.
        iterator() = default;

        /// Return the current result.
        reference operator*() const { return *state_->result; }
        /// Return the current result.
        pointer operator->() const { return &*state_->result; }

        /// Advance, and wait for the next result. After a failure the iterator is at the end.
        iterator &operator++() {
            state *const run = std::exchange(state_, nullptr);
            if (run->advance())
                state_ = run;
            return *this;
        }

        /// Advance.
        void operator++(int) { ++*this; }

        /// Equal if both are at the end.
        friend bool operator==(const iterator &one, const iterator &other) {
            return one.state_ == other.state_;
        }
        /// The opposite of ==.
        friend bool operator!=(const iterator &one, const iterator &other) {
            return !(one == other);
        }

      private:
        friend class bulk_run;
        explicit iterator(state *run) : state_(run) { ++*this; }
        state *state_ = nullptr;
    };

    /// Wait for the first result and return an iterator to it.
    [[nodiscard]] iterator begin() {
        if (!state_)
            detail::reject("run", "must not be used after it was moved from");
        return iterator(state_.get());
    }

    /// Return the end iterator.
    [[nodiscard]] iterator end() const noexcept { return iterator(); }

    /// Return the progress so far. All its numbers are -1 in a forked child.
    [[nodiscard]] zexa::bulk_stats stats() const;

    /// Stop the run: no further row is pulled or sent. The results of the rows in flight still
    /// follow.
    void stop() const noexcept { functions::stop(handle()); }

    /// Stop the run, and cancel the rows in flight. Their results still follow.
    void cancel() const noexcept { functions::cancel(handle()); }

    /// Return whether the run has created its ledger. False without a ledger.
    [[nodiscard]] bool ledger_created() const noexcept {
        return functions::ledger_created(handle());
    }

    /// Start a run. Use the methods of the resources.
    template <class Rows>
    bulk_run(const client &client, Rows &&rows, const bulk_options &options)
        : state_(std::make_unique<state>()) {
        using params = typename functions::params;
        using row_source = detail::row_source<params>;
        using row_handle = typename functions::row_handle;
        using run_handle = typename functions::run_handle;
        state_->source =
            std::make_unique<detail::range_source<params, Rows>>(std::forward<Rows>(rows));
        detail::arrays arrays;
        const zexa_bulk_options lowered = detail::lower(options, arrays);
        state_->run.reset(detail::create<run_handle>([&](run_handle **created, zexa_error **error) {
            return functions::begin(detail::handle(client), row_source::template next<row_handle>,
                                    state_->source.get(), &lowered, created, error);
        }));
    }

  private:
    /// A moved-from run has none.
    [[nodiscard]] const typename functions::run_handle *handle() const noexcept {
        return state_ ? state_->run.get() : nullptr;
    }

    std::unique_ptr<state> state_;
};
