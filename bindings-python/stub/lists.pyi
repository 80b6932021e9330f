
@final
class List(Generic[_Item_co]):
{% filter docstring(4) %}{% include "List.txt" %}{% endfilter +%}

    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    def __iter__(self) -> Iterator[_Item_co]: ...
    @property
    def is_incomplete(self) -> bool:
        """Whether the last completed iteration yielded fewer items than the API reported in `total`."""
    def pages(self) -> Pages[_Item_co]:
        """Iterate over whole pages, as the API returns them.

        An item that is repeated across pages is on each of them. A page without new items is skipped, unless it is the
        first. With a `limit`, the last page is the one that reaches it.
        """
    def page(self, page: int) -> Page[_Item_co]:
        """Fetch one page by its number. The first page is 1. The `limit` of the list does not apply."""
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class Pages(Generic[_Item_co]):
    """An iterable over the pages of a list, in order. Iterating again sends the requests again."""

    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    @property
    def is_incomplete(self) -> bool:
        """Whether the last completed iteration ended too early: the same value as `List.is_incomplete`."""
    def __iter__(self) -> Iterator[Page[_Item_co]]: ...
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class AsyncList(Generic[_Item_co]):
    """An asynchronous iterable over all items of a list, across its pages. It behaves like `List`.

    Nothing is sent until the first item is requested. Iterating again sends the requests again.
    """

    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    def __aiter__(self) -> AsyncIterator[_Item_co]: ...
    @property
    def is_incomplete(self) -> bool:
        """Whether the last completed iteration yielded fewer items than the API reported in `total`."""
    def pages(self) -> AsyncPages[_Item_co]:
        """Iterate over whole pages, as the API returns them.

        An item that is repeated across pages is on each of them. A page without new items is skipped, unless it is the
        first. With a `limit`, the last page is the one that reaches it.
        """
    def page(self, page: int) -> Coroutine[Any, Any, Page[_Item_co]]:
        """Fetch one page by its number. The first page is 1. The `limit` of the list does not apply."""
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class AsyncPages(Generic[_Item_co]):
    """An asynchronous iterable over the pages of a list, in order. Iterating again sends the requests again."""

    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    @property
    def is_incomplete(self) -> bool:
        """Whether the last completed iteration ended too early: the same value as `AsyncList.is_incomplete`."""
    def __aiter__(self) -> AsyncIterator[Page[_Item_co]]: ...
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class Page(Generic[_Item_co]):
    """One page of a list: a sequence of its items.

    The constructor is for tests. By default the page contains all items of the list: `total` is the number of `items`,
    `page` is 1 and `per_page` is 50.
    """

    def __new__(
        cls,
        *,
        items: Iterable[_Item_co],
        total: int | None = None,
        page: int | None = None,
        per_page: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Self: ...

    @property
    def items(self) -> tuple[_Item_co, ...]:
        """Items of the page."""
    @property
    def total(self) -> int | None:
        """Number of items in the whole list. `None` if the API omits it."""
    @property
    def page(self) -> int:
        """Number of the page. The first page is 1."""
    @property
    def per_page(self) -> int | None:
        """Page size: the number of items on a full page. `None` if the API omits it."""
    @property
    def extra(self) -> dict[str, Any]:
        """Fields that this version does not know, and the raw values of fields in an unexpected form."""
    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Convert the page to a dict: `items`, `total`, `page`, `per_page`, and the fields in `extra`.

        Absent fields are omitted.

        Args:
            mode: `python` for times as datetimes, `json` for times as strings, as `json.dumps()` needs them.
        """
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any: ...
    def to_json(self) -> str:
        """Convert the page to JSON: `items`, `total`, `page`, `per_page`, and the fields in `extra`."""
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[_Item_co]: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> _Item_co: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[_Item_co, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    __match_args__ = ("items", "total", "page", "per_page")

@final
class Response:
    """A response that `request()` returns: its status and its body.

    The constructor is for tests. By default the status is 200 and the body is `None`.
    """

    def __new__(cls, *, status: int | None = None, body: Any = None) -> Self: ...
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any: ...
    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Convert the response to a dict with `status` and `body`. Both modes return the same."""

    @property
    def status(self) -> int:
        """HTTP status, 200 to 299."""
    @property
    def body(self) -> Any:
        """Decoded JSON body. `None` if the response has no body."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __match_args__ = ("status", "body")
