/// @cond

namespace detail {

/// The functions of the C API for a list of these items, and the type of its parameters. Each list
/// specialises it below.
template <class Item> struct listing;

/// Returns the next object of an iterator; nullptr at the end.
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

/// Whether the last complete iteration over a list was incomplete. Shared by the list and its
/// iterators.
using incomplete_flag = std::shared_ptr<std::atomic<bool>>;

/// An input iterator over the objects of an iterator of the C API, as `Value`s. Copies share the
/// position.
template <class Value, class Object, class Handle> class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value *;
    using reference = const Value &;
    using next_function = zexa_status (*)(Handle *, Object **, zexa_error **);
    using incomplete_function = bool (*)(const Handle *);

    /// Create an end iterator.
    iterator() = default;

    iterator(std::shared_ptr<Handle> handle, next_function next, incomplete_function is_incomplete,
             incomplete_flag incomplete)
        : handle_(std::move(handle)), next_(next), is_incomplete_(is_incomplete),
          incomplete_(std::move(incomplete)) {
        ++*this;
    }

    reference operator*() const { return *value_; }
    pointer operator->() const { return &*value_; }

    /// Advances, and waits until the next value is fetched. After a failure the iterator is at the
    /// end.
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

    /// The result of `it++`: the previous value, for `*it++`.
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

    /// Equal if both are at the end.
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

/// @endcond

/// One page of a list: a range of its items. Items may outlive the page.
template <class Item> class page {
    using listing = detail::listing<Item>;

  public:
    /// Type of the items.
    using value_type = Item;
    /// Type of the iterators.
    using const_iterator = typename std::vector<Item>::const_iterator;
    /// Type of the iterators.
    using iterator = const_iterator;

    /// Return an iterator to the first item.
    [[nodiscard]] const_iterator begin() const noexcept { return items_.begin(); }

    /// Return the end iterator.
    [[nodiscard]] const_iterator end() const noexcept { return items_.end(); }

    /// Return the number of items on the page.
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

    /// Return whether the page has no items.
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

    /// Return the item at `index`, which must be less than size().
    [[nodiscard]] const Item &operator[](std::size_t index) const { return items_[index]; }

    /// Return the number of items in the whole list, if the API reports it.
    [[nodiscard]] std::optional<std::int64_t> total() const noexcept {
        return detail::optional_number(listing::page_total(handle_.get()));
    }

    /// Return the number of the page, from 1.
    [[nodiscard]] std::int64_t number() const noexcept {
        return listing::page_number(handle_.get());
    }

    /// Return the number of items on a full page, if the API reports it.
    [[nodiscard]] std::optional<std::int64_t> per_page() const noexcept {
        return detail::optional_number(listing::page_per_page(handle_.get()));
    }

    /// Return unknown fields of the page, and the raw values of fields in an unexpected form, as a
    /// JSON object.
    [[nodiscard]] std::string_view extra_json() const {
        return detail::view(listing::page_extra_json(handle_.get()));
    }

    /// Take ownership of a page of the C API.
    explicit page(typename listing::page_handle *handle) : handle_(handle, listing::page_free) {
        const std::size_t count = listing::page_count(handle);
        items_.reserve(count);
        // Items belong to the page, and keep it alive.
        for (std::size_t index = 0; index < count; ++index)
            items_.emplace_back(std::shared_ptr<const typename listing::item_handle>(
                handle_, listing::page_at(handle, index)));
    }

  private:
    std::shared_ptr<const typename listing::page_handle> handle_;
    std::vector<Item> items_;
};

/// The pages of a list: a range. Each begin() starts a new iteration.
///
/// Pages are returned as the API sends them: an item that is repeated across pages is on each of
/// them. Pages without new items are skipped, except the first.
template <class Item> class page_range {
    using listing = detail::listing<Item>;

  public:
    /// Type of the iterators: input iterators, whose copies share the position. An iterator that is
    /// equal to end() must not be dereferenced or incremented.
    using iterator =
        detail::iterator<page<Item>, typename listing::page_handle, typename listing::pages_handle>;

    /// Fetch the first page and return an iterator to it. Throws zexa::error on failure, as the
    /// iterator does later.
    [[nodiscard]] iterator begin() const {
        detail::arrays arrays;
        const auto params = lower(params_, arrays);
        const zexa_call_options options = detail::lower(options_, arrays);
        using handle = typename listing::pages_handle;
        std::shared_ptr<handle> pages(
            detail::create<handle>([&](handle **created, zexa_error **error) {
                return listing::list_pages(detail::handle(client_), &params, &options, created,
                                           error);
            }),
            listing::pages_free);
        return iterator(std::move(pages), listing::pages_next, listing::pages_is_incomplete,
                        incomplete_);
    }

    /// Return the end iterator.
    [[nodiscard]] iterator end() const { return iterator(); }

    /// As list::is_incomplete(). The list and its pages share the value.
    [[nodiscard]] bool is_incomplete() const noexcept { return *incomplete_; }

    /// Create a range. Use list::pages().
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

/// A list: a range of all items, across pages. Each begin() starts a new iteration.
///
/// ```cpp
/// for (const zexa::contact &contact : client.contacts().list())
///     std::cout << contact.name().value_or("") << '\n';
/// ```
///
/// Nothing is sent before begin(). Pages are prefetched and yielded in order. An item that is
/// repeated across pages, because rows were added meanwhile, is yielded once. A list that repeats
/// items although more should follow throws decode_error. A deadline limits the whole iteration,
/// from begin(). Leaving the loop early stops the prefetching.
template <class Item> class list {
    using listing = detail::listing<Item>;

  public:
    /// Type of the iterators: input iterators, whose copies share the position. An iterator that is
    /// equal to end() must not be dereferenced or incremented.
    using iterator =
        detail::iterator<Item, typename listing::item_handle, typename listing::items_handle>;

    /// Fetch the first page and return an iterator to the first item. Throws zexa::error on
    /// failure, as the iterator does later.
    [[nodiscard]] iterator begin() const {
        detail::arrays arrays;
        const auto params = lower(params_, arrays);
        const zexa_call_options options = detail::lower(options_, arrays);
        using handle = typename listing::items_handle;
        std::shared_ptr<handle> items(
            detail::create<handle>([&](handle **created, zexa_error **error) {
                return listing::list(detail::handle(client_), &params, &options, created, error);
            }),
            listing::items_free);
        return iterator(std::move(items), listing::items_next, listing::items_is_incomplete,
                        incomplete_);
    }

    /// Return the end iterator.
    [[nodiscard]] iterator end() const { return iterator(); }

    /// Return the pages of the list.
    [[nodiscard]] page_range<Item> pages() const {
        return page_range<Item>(client_, params_, options_, incomplete_);
    }

    /// Return whether the last complete iteration over this list or its pages() had fewer items
    /// than the last total that the API reported: rows were removed meanwhile, or the server did
    /// not return all. False before the first complete iteration. Copies of the list share the
    /// value.
    [[nodiscard]] bool is_incomplete() const noexcept { return *incomplete_; }

    /// Fetch one page. The first has the number 1. Throws validation_error for a smaller number.
    [[nodiscard]] zexa::page<Item> page(std::int64_t number) const {
        detail::arrays arrays;
        const auto params = lower(params_, arrays);
        const zexa_call_options options = detail::lower(options_, arrays);
        using handle = typename listing::page_handle;
        return zexa::page<Item>(detail::create<handle>([&](handle **created, zexa_error **error) {
            return listing::list_page(detail::handle(client_), &params, number, &options, created,
                                      error);
        }));
    }

    /// Create a list. Use the list() method of a resource.
    list(client client, typename listing::params params, call_options options)
        : client_(std::move(client)), params_(std::move(params)), options_(std::move(options)) {}

  private:
    client client_;
    typename listing::params params_;
    call_options options_;
    detail::incomplete_flag incomplete_ = std::make_shared<std::atomic<bool>>(false);
};
