@final
class Ledger:
    """The record of what was sent, by idempotency key.

    A client with the option `ledger` writes it. This class reads it, also while a client uses it, and settles rows in
    doubt. It is thread-safe, and it releases the GIL while it uses the file. A forked child must open the ledger again.

        with zexa.Ledger.open("orders.db") as ledger:
            for row in ledger.in_doubt():
                print(row.key, row.claimed_at)

    All methods raise `APIError` if the file cannot be read, and `ClosedError` after `close()`.
    """

    def __new__(cls, _not_constructible: Never, /) -> Self: ...
    @classmethod
    def open(cls, path: str | os.PathLike[str], *, create: bool = False) -> Self:
        """Open a ledger.

        Args:
            path: Path of the file, or URL of a ledger in a PostgreSQL database.
            create: Whether to create the ledger if it does not exist. A new ledger belongs to the first account that uses
                it.

        Raises:
            ConfigError: The ledger does not exist, cannot be created or cannot be used.
            APIConnectionError: The database cannot be reached.
        """

    @property
    def path(self) -> Path | str:
        """Absolute path of the file, or the URL without the password as a string."""

    def counts(self) -> LedgerCounts:
        """Count the rows by state."""

    def in_doubt(self) -> list[DoubtfulRow]:
        """Return the rows in doubt, in the order in which they were first claimed."""

    def mark_sent(self, key: str, id: str | None = None) -> None:
        """Settle a row in doubt: its request was processed. Records the time and the name of the user.

        Args:
            key: Idempotency key of the row.
            id: Id of the message or campaign, if it is known.

        Raises:
            NotFoundError: The ledger does not have the key.
            ConflictError: The row is not in doubt.
        """

    def mark_not_sent(self, key: str) -> None:
        """Settle a row in doubt: its request was not processed. It is sent when it is next used.

        Records the time and the name of the user.

        Args:
            key: Idempotency key of the row.

        Raises:
            NotFoundError: The ledger does not have the key.
            ConflictError: The row is not in doubt.
        """

    def prune(self, before: datetime | str) -> int:
        """Replace the rows that were accepted before a time by their keys, and return their number.

        The keys are never sent again. Later calls with such a key raise `DecodeError` with the outcome `accepted`,
        because the id of the message is no longer known. Rows in other states are kept.

        Args:
            before: Timezone-aware `datetime`, or an ISO 8601 string with an offset.

        Raises:
            ValidationError: `before` is not a time with an offset.
        """

    def export(self, path: str | os.PathLike[str]) -> int:
        """Write all rows to a CSV file, with a header, and return their number.

        An existing file is replaced when the new one is complete.

        Args:
            path: Path of the CSV file.

        Raises:
            APIError: A file cannot be read or written.
        """

    def close(self) -> None:
        """Close the file. Closing it again does nothing."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: object = None,
        /,
    ) -> None: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
