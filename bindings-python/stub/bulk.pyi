{% for _, bulk in BULK | items %}
{% set Result = bulk.result %}
{% set method = bulk.resource ~ "." ~ bulk.operation ~ "()" %}
@final
class {{ bulk.class }}:
    """A run of `{{ method }}`: an iterator over its results, and a context manager that ends it.

    The run goes on only while the results are taken. Other threads may call its methods at the same time. A forked child
    cannot use a run that its parent began.
    """

    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> {{ Result }}: ...
    def stats(self) -> BulkStats:
        """Return the progress so far."""
    @property
    def ledger(self) -> Path | str | None:
        """Absolute path of the ledger, or its URL without the password as a string. `None` without a ledger."""
    @property
    def ledger_created(self) -> bool:
        """Whether the run has created the ledger."""
    def stop(self) -> None:
        """Stop the run: pull and send no further row. The results of the rows in flight still follow."""
    def cancel(self) -> None:
        """Stop the run and cancel the rows in flight. Their results still follow."""
    def close(self) -> None:
        """Cancel the run and end the iteration. `with` does this at the end.

        Rows that were not sent will not be sent. With a ledger, waits until rows that may have been sent are recorded,
        at most for the timeout of an attempt. Ctrl-C ends this wait.
        """
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: object = None,
        /,
    ) -> None: ...

@final
class _{{ bulk.steps }}:
    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    @staticmethod
    def rows(rows: Any) -> Iterator[Any]: ...
    def step(self, can_pull: bool) -> {{ Result }} | bool: ...
    def changed(self) -> Awaitable[None]: ...
    def push(self, row: object) -> None: ...
    def wake(self) -> None: ...
    def end(self) -> None: ...
    def fail_source(self, raised: BaseException) -> None: ...
    def stop(self) -> None: ...
    def cancel(self) -> None: ...
    def stats(self) -> BulkStats: ...
    @property
    def is_settled(self) -> bool: ...
    @property
    def is_own(self) -> bool: ...
    @property
    def ledger(self) -> Path | str | None: ...
    @property
    def ledger_created(self) -> bool: ...

{% endfor %}
@final
class SendResult:
    """The result of a row of `messages.send_many()`. The constructor is for tests."""

    def __new__(
        cls,
        *,
        index: int,
        idempotency_key: str | None = None,
        outcome: Outcome = "accepted",
        message: Message | None = None,
        error: ZexaError | None = None,
        replayed: bool = False,
        recorded: bool = False,
    ) -> Self: ...
    @property
    def index(self) -> int:
        """Index of the row in the source. The first row is 0."""
    @property
    def idempotency_key(self) -> str | None:
        """Key of the row. If the row has none, it is made from the channel and the recipient. `None` if the row is invalid."""
    @property
    def outcome(self) -> Outcome:
        """Whether the server processed the request of the row."""
    @property
    def message(self) -> Message | None:
        """The message. `None` if the row failed."""
    @property
    def error(self) -> ZexaError | None:
        """The error of a row that failed."""
    @property
    def replayed(self) -> bool:
        """Whether the result is that of an earlier run, and nothing was sent."""
    @property
    def recorded(self) -> bool:
        """Whether the result is in the ledger. False without a ledger, if it cannot be written, and after a cancel."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class CreateResult:
    """The result of a row of `contacts.create_many()`. The constructor is for tests."""

    def __new__(
        cls,
        *,
        index: int,
        idempotency_key: str | None = None,
        outcome: Outcome = "accepted",
        contact: Contact | None = None,
        error: ZexaError | None = None,
        exists: bool = False,
        replayed: bool = False,
        recorded: bool = False,
    ) -> Self: ...
    @property
    def index(self) -> int:
        """Index of the row in the source. The first row is 0."""
    @property
    def idempotency_key(self) -> str | None:
        """Always `None`: contacts have no key."""
    @property
    def outcome(self) -> Outcome:
        """Whether the server processed the request of the row. `rejected` for a contact that already exists."""
    @property
    def contact(self) -> Contact | None:
        """The contact. `None` if the row failed, and for a contact that already exists."""
    @property
    def error(self) -> ZexaError | None:
        """The error of a row that failed."""
    @property
    def exists(self) -> bool:
        """Whether the contact already exists. This is not an error."""
    @property
    def replayed(self) -> bool:
        """Always false: contacts have no ledger."""
    @property
    def recorded(self) -> bool:
        """Always false: contacts have no ledger."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
