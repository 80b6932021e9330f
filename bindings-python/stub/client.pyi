__version__: str
_Item_co = TypeVar("_Item_co", covariant=True)
_Seconds: TypeAlias = float | timedelta

@final
class Client:
    """{docs/Client.txt}"""

    def __new__(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: _Seconds | None = None,
        connect_timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        http2: bool | None = None,
        max_retries: int | None = None,
        max_retry_wait: _Seconds | None = None,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        user_agent_suffix: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        allow_http: bool | None = None,
    ) -> Self: ...
    @property
    def messages(self) -> Messages:
        """Messages on any channel."""
    @property
    def sender_ids(self) -> SenderIds:
        """The account's registered Sender IDs."""
    @property
    def campaigns(self) -> Campaigns:
        """Campaigns: one message to a whole contact list."""
    @property
    def contacts(self) -> Contacts:
        """The people who can be reached."""
    @property
    def webhooks(self) -> Webhooks:
        """Endpoints that Zexa posts delivery events to."""
    @property
    def credits(self) -> CreditBalance:
        """The account's credits."""
    def with_options(
        self,
        *,
        timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Client:
        """{docs/with_options.txt}"""
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | float] | None = None,
        body: Any = None,
        timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Response:
        """{docs/request.txt}"""
    def close(self) -> None:
        """Refuses further calls, ends waits, and closes idle connections. An attempt in flight goes on to its end."""
    def __copy__(self) -> Client: ...
    def __deepcopy__(self, memo: Any, /) -> Client: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
        /,
    ) -> None: ...

@final
class _AsyncClient:
    def __new__(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: _Seconds | None = None,
        connect_timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        http2: bool | None = None,
        max_retries: int | None = None,
        max_retry_wait: _Seconds | None = None,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        user_agent_suffix: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        allow_http: bool | None = None,
    ) -> Self: ...
    @property
    def messages(self) -> _AsyncMessages: ...
    @property
    def sender_ids(self) -> _AsyncSenderIds: ...
    @property
    def campaigns(self) -> _AsyncCampaigns: ...
    @property
    def contacts(self) -> _AsyncContacts: ...
    @property
    def webhooks(self) -> _AsyncWebhooks: ...
    @property
    def credits(self) -> _AsyncCreditBalance: ...
    def with_options(
        self,
        *,
        timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> _AsyncClient: ...
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | float] | None = None,
        body: Any = None,
        timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Awaitable[Response]: ...
    def close(self) -> None: ...

def parse_event(payload: str | bytes | bytearray | memoryview) -> Event:
    """{docs/parse_event.txt}"""
