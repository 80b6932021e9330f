
@final
class List(Generic[_Item_co]):
    """{docs/List.txt}"""

    def __new__(cls, _only_the_package_makes_one: Never, /) -> Self: ...
    def __iter__(self) -> Iterator[_Item_co]: ...
    @property
    def is_incomplete(self) -> bool:
        """Whether the last reading that reached the end had fewer items than the API reported in its last `total`."""
    def pages(self) -> Pages[_Item_co]:
        """
        The list page by page, as the API returns them: an item repeated across pages is on each of them.

        A page without new items is left out, unless it is the first.
        """
    def page(self, page: int) -> Page[_Item_co]:
        """Fetch one page. The first is 1."""
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class Pages(Generic[_Item_co]):
    """The pages of a list, in order: iterate over it, as often as you like."""

    def __new__(cls, _only_the_package_makes_one: Never, /) -> Self: ...
    @property
    def is_incomplete(self) -> bool:
        """As `List.is_incomplete`, with which it is shared."""
    def __iter__(self) -> Iterator[Page[_Item_co]]: ...
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class AsyncList(Generic[_Item_co]):
    """All items of a list, across its pages: iterate with `async for`, as often as you like. See `List`."""

    def __new__(cls, _only_the_package_makes_one: Never, /) -> Self: ...
    def __aiter__(self) -> AsyncIterator[_Item_co]: ...
    @property
    def is_incomplete(self) -> bool:
        """Whether the last reading that reached the end had fewer items than the API reported in its last `total`."""
    def pages(self) -> AsyncPages[_Item_co]:
        """
        The list page by page, as the API returns them: an item repeated across pages is on each of them.

        A page without new items is left out, unless it is the first.
        """
    def page(self, page: int) -> Coroutine[Any, Any, Page[_Item_co]]:
        """Fetch one page. The first is 1."""
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class AsyncPages(Generic[_Item_co]):
    """The pages of a list, in order: iterate with `async for`, as often as you like."""

    def __new__(cls, _only_the_package_makes_one: Never, /) -> Self: ...
    @property
    def is_incomplete(self) -> bool:
        """As `AsyncList.is_incomplete`, with which it is shared."""
    def __aiter__(self) -> AsyncIterator[Page[_Item_co]]: ...
    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...

@final
class Page(Generic[_Item_co]):
    """One page of a list. One that is made for a test has by default all items of the list."""

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
        """What is on it."""
    @property
    def total(self) -> int | None:
        """Number of items in the whole list. `None` if the API omits it."""
    @property
    def page(self) -> int:
        """Number of the page, from 1."""
    @property
    def per_page(self) -> int | None:
        """Number of items on a full page. `None` if the API omits it."""
    @property
    def extra(self) -> dict[str, Any]:
        """Other fields of the page, and the raw values of fields in an unexpected form."""
    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Its items and numbers as plain data, as their own `to_dict()` gives them."""
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any: ...
    def to_json(self) -> str:
        """As JSON: `items`, `total`, `page`, `per_page`, and the fields in `extra`. What is absent is left out."""
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
    """What `request()` returns: the status and the body of a response."""

    def __new__(cls, *, status: int | None = None, body: Any = None) -> Self: ...
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any: ...
    def to_dict(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """Return status and body as plain data. Both modes are equal."""

    @property
    def status(self) -> int:
        """The HTTP status, a 2xx."""
    @property
    def body(self) -> Any:
        """The body, from its JSON; `None` where there was none."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __match_args__ = ("status", "body")
