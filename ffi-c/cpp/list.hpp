namespace detail {

/// The functions of the C API for a list of such items, and the type of its parameters, for which
/// there is a lower() beside. Each list fills it in, below.
template <class Item> struct listing;

/// Takes the next of an iterator; NULL at the end.
template <class Object, class Iterator>
Object *next(zexa_status (*function)(Iterator *, Object **, zexa_error **), Iterator *iterator) {
    Object *object = nullptr;
    zexa_error *error = nullptr;
    const zexa_status status = function(iterator, &object, &error);
    if (status == ZEXA_DONE)
        return nullptr;
    check(status, error);
    return object;
}

/// Whether the last reading of a list to reach its end was incomplete. Shared by the list and its
/// iterators.
using incomplete_flag = std::shared_ptr<std::atomic<bool>>;

/// An iterator over what such a function gives, as `Value`s. Its copies share the place in the
/// list.
template <class Value, class Object, class Handle> class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value *;
    using reference = const Value &;
    using next_function = zexa_status (*)(Handle *, Object **, zexa_error **);
    using incomplete_function = bool (*)(const Handle *);

    /// The end.
    iterator() = default;

    iterator(std::shared_ptr<Handle> handle, next_function next, incomplete_function is_incomplete,
             incomplete_flag incomplete)
        : handle_(std::move(handle)), next_(next), is_incomplete_(is_incomplete),
          incomplete_(std::move(incomplete)) {
        ++*this;
    }

    reference operator*() const { return *value_; }
    pointer operator->() const { return &*value_; }

    /// Waits for the next where it has not come yet. After a failure it is at the end.
    iterator &operator++() {
        value_.reset();
        const std::shared_ptr<Handle> handle = std::move(handle_);
        if (Object *object = detail::next(next_, handle.get())) {
            value_.emplace(object);
            handle_ = handle;
        } else {
            *incomplete_ = is_incomplete_(handle.get());
        }
        return *this;
    }

    /// What `it++` leaves of the place before: its value, for `*it++`.
    class previous {
      public:
        explicit previous(Value value) : value_(std::move(value)) {}
        Value operator*() const { return value_; }

      private:
        Value value_;
    };

    previous operator++(int) {
        previous before(**this);
        ++*this;
        return before;
    }

    /// Equal where both are at the end.
    friend bool operator==(const iterator &one, const iterator &other) {
        return one.handle_ == other.handle_;
    }
    friend bool operator!=(const iterator &one, const iterator &other) { return !(one == other); }

  private:
    std::shared_ptr<Handle> handle_;
    next_function next_ = nullptr;
    incomplete_function is_incomplete_ = nullptr;
    incomplete_flag incomplete_;
    std::optional<Value> value_;
};

} // namespace detail

/// One page of a list, a range of its items. They may outlive it.
template <class Item> class page {
    using listing = detail::listing<Item>;

  public:
    using value_type = Item;
    using const_iterator = typename std::vector<Item>::const_iterator;
    using iterator = const_iterator;

    [[nodiscard]] const_iterator begin() const noexcept { return items_.begin(); }
    [[nodiscard]] const_iterator end() const noexcept { return items_.end(); }

    /// How many items are on it.
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

    /// The item at `index`, which has to be less than size().
    [[nodiscard]] const Item &operator[](std::size_t index) const { return items_[index]; }

    /// Number of items in the whole list, if the API reports it.
    [[nodiscard]] std::optional<std::int64_t> total() const noexcept {
        return detail::optional_number(listing::page_total(handle_.get()));
    }

    /// Number of the page, from 1.
    [[nodiscard]] std::int64_t number() const noexcept {
        return listing::page_number(handle_.get());
    }

    /// Number of items on a full page, if the API reports it.
    [[nodiscard]] std::optional<std::int64_t> per_page() const noexcept {
        return detail::optional_number(listing::page_per_page(handle_.get()));
    }

    /// Other fields of the page, and the raw values of fields in an unexpected form, as a JSON
    /// object.
    [[nodiscard]] std::string_view extra_json() const {
        return detail::view(listing::page_extra_json(handle_.get()));
    }

    /// Takes over an object of the C API.
    explicit page(typename listing::page_handle *handle) : handle_(handle, listing::page_free) {
        const std::size_t count = listing::page_count(handle);
        items_.reserve(count);
        // An item is the page's: it keeps that alive.
        for (std::size_t index = 0; index < count; ++index)
            items_.emplace_back(std::shared_ptr<const typename listing::item_handle>(
                handle_, listing::page_at(handle, index)));
    }

  private:
    std::shared_ptr<const typename listing::page_handle> handle_;
    std::vector<Item> items_;
};

/// The pages of a list, in order: a range. Each begin() starts anew.
///
/// Pages are as the API returns them: an item repeated across pages is on each of them. A page
/// without new items is left out, unless it is the first.
template <class Item> class page_range {
    using listing = detail::listing<Item>;

  public:
    using iterator =
        detail::iterator<page<Item>, typename listing::page_handle, typename listing::pages_handle>;

    [[nodiscard]] iterator begin() const {
        detail::arrays arrays;
        const auto params = lower(params_, arrays);
        const zexa_call_options options = detail::lower(options_, arrays);
        using handle = typename listing::pages_handle;
        std::shared_ptr<handle> pages(detail::made<handle>([&](handle **made, zexa_error **error) {
                                          return listing::list_pages(client_.get(), &params,
                                                                     &options, made, error);
                                      }),
                                      listing::pages_free);
        return iterator(std::move(pages), listing::pages_next, listing::pages_is_incomplete,
                        incomplete_);
    }

    [[nodiscard]] iterator end() const { return iterator(); }

    /// As list::is_incomplete(), with which it is shared.
    [[nodiscard]] bool is_incomplete() const noexcept { return *incomplete_; }

    page_range(client client, typename listing::params params, call_options options,
               detail::incomplete_flag incomplete)
        : client_(std::move(client)), params_(std::move(params)), options_(std::move(options)),
          incomplete_(std::move(incomplete)) {}

  private:
    client client_;
    typename listing::params params_;
    call_options options_;
    detail::incomplete_flag incomplete_;
};

/// A list: a range of all its items, over all its pages.
///
/// ```cpp
/// for (const zexa::contact &contact : client.contacts().list())
///     std::cout << contact.name().value_or("") << '\n';
/// ```
///
/// Nothing is sent until begin(), and each begin() starts anew. Pages are prefetched and yielded in
/// order. An item repeated across pages, because rows were added in between, is yielded once. A
/// list that only repeats items although more should follow throws decode_error. A deadline applies
/// to the whole list, and runs from begin(). Leaving the loop early ends the fetching.
template <class Item> class list {
    using listing = detail::listing<Item>;

  public:
    using iterator =
        detail::iterator<Item, typename listing::item_handle, typename listing::items_handle>;

    /// Fetches the first page, and throws where that fails, as the iterator does on the way.
    [[nodiscard]] iterator begin() const {
        detail::arrays arrays;
        const auto params = lower(params_, arrays);
        const zexa_call_options options = detail::lower(options_, arrays);
        using handle = typename listing::items_handle;
        std::shared_ptr<handle> items(detail::made<handle>([&](handle **made, zexa_error **error) {
                                          return listing::list(client_.get(), &params, &options,
                                                               made, error);
                                      }),
                                      listing::items_free);
        return iterator(std::move(items), listing::items_next, listing::items_is_incomplete,
                        incomplete_);
    }

    [[nodiscard]] iterator end() const { return iterator(); }

    /// The same list, page by page.
    [[nodiscard]] page_range<Item> pages() const {
        return page_range<Item>(client_, params_, options_, incomplete_);
    }

    /// Whether the last reading of this list or of its pages() that reached the end had fewer items
    /// than the API reported in its last total: rows were removed meanwhile, or the server did not
    /// return all. False before. Copies of the list share it.
    [[nodiscard]] bool is_incomplete() const noexcept { return *incomplete_; }

    /// Fetches one page; the first is 1.
    [[nodiscard]] zexa::page<Item> page(std::uint32_t number) const {
        detail::arrays arrays;
        const auto params = lower(params_, arrays);
        const zexa_call_options options = detail::lower(options_, arrays);
        using handle = typename listing::page_handle;
        return zexa::page<Item>(detail::made<handle>([&](handle **made, zexa_error **error) {
            return listing::list_page(client_.get(), &params, number, &options, made, error);
        }));
    }

    list(client client, typename listing::params params, call_options options)
        : client_(std::move(client)), params_(std::move(params)), options_(std::move(options)) {}

  private:
    client client_;
    typename listing::params params_;
    call_options options_;
    detail::incomplete_flag incomplete_ = std::make_shared<std::atomic<bool>>(false);
};
