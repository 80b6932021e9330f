__version__: str
_Item_co = TypeVar("_Item_co", covariant=True)

@final
class _Client:
    def __new__(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | timedelta | None = None,
        connect_timeout: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        max_connections: int | None = None,
        http2: bool | None = None,
        max_retries: int | None = None,
        max_retry_wait: float | timedelta | None = None,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        user_agent_suffix: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        allow_http: bool | None = None,
    ) -> Self: ...
    @property
    def messages(self) -> _Messages: ...
    @property
    def sender_ids(self) -> _SenderIds: ...
    @property
    def campaigns(self) -> _Campaigns: ...
    @property
    def contacts(self) -> _Contacts: ...
    @property
    def webhooks(self) -> _Webhooks: ...
    @property
    def credits(self) -> _CreditBalance: ...
    def with_options(
        self,
        *,
        timeout: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, str | int | float | Sequence[str | int | float]] | None = None,
    ) -> _Client: ...
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | float] | None = None,
        body: Any = None,
        timeout: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Response: ...
    def close(self) -> None: ...

@final
class _AsyncClient:
    def __new__(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | timedelta | None = None,
        connect_timeout: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        max_connections: int | None = None,
        http2: bool | None = None,
        max_retries: int | None = None,
        max_retry_wait: float | timedelta | None = None,
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
        timeout: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, str | int | float | Sequence[str | int | float]] | None = None,
    ) -> _AsyncClient: ...
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | float] | None = None,
        body: Any = None,
        timeout: float | timedelta | None = None,
        deadline: float | timedelta | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Awaitable[Response]: ...
    def close(self) -> None: ...

def _parse_event(payload: str | bytes | bytearray | memoryview) -> Event: ...
