"""What all exceptions of this package are: a failed call, and how far its request got."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._literals import Kind, Outcome


class ZexaError(Exception):
    """A failed call.

    Its class says what went wrong, and its `outcome` how far the request got: whether the message may have been sent in spite
    of the error. It never holds the API key. Its text names no number and nothing of what a message says; the `message` of a
    failing answer is the server's.
    """

    __module__ = "zexa"

    kind: Kind = "other"
    """What went wrong, by the name that it has in every language."""
    outcome: Outcome
    """How far the request got."""
    status: int | None
    """The HTTP status of the last answer, where one came."""
    code: str | None
    """The API's own name for the error, such as `insufficient_credits`, where it gave one."""
    message: str
    """What went wrong, in words: the API's own where it gave any."""
    details: Any
    """What the API says beside its message, or `field`, `reason` and `value` of an argument that was refused."""
    request_id: str | None
    """The id by which Zexa's support finds this request."""
    retry_after: float | None
    """How long the server asked to wait, in its last answer, in seconds."""
    attempts: int
    """How many requests were made. 0 where the call failed before the first."""

    def __init__(
        self,
        text: str = "",
        *,
        kind: Kind | None = None,
        outcome: Outcome = "unknown",
        status: int | None = None,
        code: str | None = None,
        message: str | None = None,
        details: Any = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(text)
        if kind is not None:
            self.kind = kind
        self.outcome = outcome
        self.status = status
        self.code = code
        self.message = text if message is None else message
        self.details = details
        self.request_id = request_id
        self.retry_after = retry_after
        self.attempts = attempts

    @property
    def safe_to_retry(self) -> bool:
        """Whether sending the same request again cannot do the same thing twice: true of `not_sent` and `rejected`."""
        return self.outcome in ("not_sent", "rejected")


class APIError(ZexaError):
    """A call that failed: any failure but an option that cannot be used.

    The class itself stands for what has none of its own, such as a redirect or a status that the API does not document.
    """

    __module__ = "zexa"
