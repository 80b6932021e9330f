__version__: str
_Item_co = TypeVar("_Item_co", covariant=True)
_Seconds: TypeAlias = float | timedelta

@final
class Client:
    """A client of the Zexa API whose calls block until they are done.

    Threads may share it. It works after `fork()`, in the parent and in the child. Making one opens and starts nothing, and
    there is no need to close it; used in a `with` statement, it is closed at the end. A call lets other threads run while it
    waits, and Ctrl-C ends it. In `async` code use `AsyncClient`: this one keeps the event loop waiting.

    Args:
        api_key: The API key. Default: the environment's `ZEXA_API_KEY`.
        base_url: Where the API is. Default: the environment's `ZEXA_BASE_URL`, else `https://api.zexa.ao/v1`.
        timeout: The time for one attempt, from connecting to the last byte of the answer, in seconds or as a `timedelta`,
            as all times here. Default: 30 s.
        connect_timeout: The time to look up the host, connect and agree on TLS. Default: 5 s.
        deadline: The time for a whole call: its attempts, the waits between them, and all pages of a list. Default: none.
        max_retries: How many times a failed attempt is repeated, where repeating is safe. Default: 3; 0 means one attempt.
        max_retry_wait: The longest wait that a server may ask for. Where it asks for more, the call fails at once.
            Default: 120 s.
        proxy: The proxy to go through, such as `http://user:password@proxy.example:3128`. Default: the environment's
            `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
        ca_file: A PEM file of the certificate authorities to trust, in place of the system's.
        user_agent_suffix: Added to the `User-Agent`, such as `shop/1.2`.
        default_headers: Headers sent with every request. The client's own, such as `Authorization`, cannot be set.
        allow_http: Allows `http://` to another machine, where the API key travels in clear. Default: no.

    Raises:
        ConfigError: An option cannot be used, or there is no API key.
    """

    def __new__(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: _Seconds | None = None,
        connect_timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
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
    ) -> Self:
        """The same client, and the same connections, for calls with other options.

        Args:
            timeout: The time for one attempt, from connecting to the last byte of the answer.
            deadline: The time for the whole call: its attempts, the waits between them, and all pages of a list.
            max_retries: How many times a failed attempt is repeated, where repeating is safe. 0 means one attempt.
            retry_ambiguous: Repeats a POST even where it is not known whether the server has carried it out: a message may
                then be sent twice.
            extra_headers: Headers sent beside the client's own.
        """
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
        """A request to any path of the API, for what this version does not know.

        It is authorised, repeated and timed as every other.

        Args:
            method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
            path: Below the base URL, such as `/messages`.
            query: What follows the path behind the question mark.
            body: Anything that `json.dumps()` takes.
        """
    def close(self) -> None:
        """Refuses further calls, ends waits, and closes idle connections. An attempt in flight goes on to its end."""
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
        /,
    ) -> None: ...

@final
class AsyncClient:
    """A client of the Zexa API whose calls are awaited, in asyncio.

    It has the operations of `Client` and takes the same options. A call begins when it is awaited, and ends when its task is
    cancelled. One client serves any number of tasks, and any number of event loops. Used in an `async with` statement, it is
    closed at the end.

    Raises:
        ConfigError: An option cannot be used, or there is no API key.
    """

    def __new__(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: _Seconds | None = None,
        connect_timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        max_retry_wait: _Seconds | None = None,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        user_agent_suffix: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        allow_http: bool | None = None,
    ) -> Self: ...
    @property
    def messages(self) -> AsyncMessages:
        """Messages on any channel."""
    @property
    def sender_ids(self) -> AsyncSenderIds:
        """The account's registered Sender IDs."""
    @property
    def campaigns(self) -> AsyncCampaigns:
        """Campaigns: one message to a whole contact list."""
    @property
    def contacts(self) -> AsyncContacts:
        """The people who can be reached."""
    @property
    def webhooks(self) -> AsyncWebhooks:
        """Endpoints that Zexa posts delivery events to."""
    @property
    def credits(self) -> AsyncCreditBalance:
        """The account's credits."""
    def with_options(
        self,
        *,
        timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Self:
        """The same client, and the same connections, for calls with other options: see `Client.with_options()`."""
    async def request(
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
        """A request to any path of the API, for what this version does not know: see `Client.request()`."""
    async def close(self) -> None:
        """Refuses further calls, ends waits, and closes idle connections. An attempt in flight goes on to its end."""
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
        /,
    ) -> None: ...

def parse_event(payload: str | bytes | bytearray | memoryview) -> Event:
    """Reads what Zexa posted to a webhook: the body of its request.

    Answer the request with a 2xx soon, or it will be posted again. The first one after registering is a test.

    Raises:
        DecodeError: It is not a JSON object.
    """
