"""The base classes of the exceptions: a failed call, and how far its request got."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import _types
else:
    from ._lazy import types as _types


class ZexaError(Exception):
    """A failed call.

    Its class says what went wrong, and its `outcome` how far the request got: whether the message may have been sent in spite
    of the error. It never holds the API key. Its text names no number and nothing of what a message says; the `message` of a
    failing answer is the server's.

    `args` is the text and a dict of all attributes in types that JSON has, so `type(error)(*error.args)` is an equal error.
    Celery's JSON backend and others that keep an exception as its class and its `args` therefore preserve the outcome.
    """

    __module__ = "zexa"

    kind: _types.Kind = "other"
    """What went wrong, by the name that it has in every language."""
    outcome: _types.Outcome
    """How far the request got."""
    status: int | None
    """The HTTP status of the last answer, where one came."""
    code: str | None
    """The API's own name for the error, such as `insufficient_credits`, where it gave one."""
    message: str
    """What went wrong, in words: the API's own where it gave any."""
    details: _types.Any
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
        attributes: _types.Mapping[str, _types.Any] | None = None,
        *,
        kind: _types.Kind | None = None,
        outcome: _types.Outcome = "unknown",
        status: int | None = None,
        code: str | None = None,
        message: str | None = None,
        details: _types.Any = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
    ) -> None:
        given: dict[str, _types.Any] = {
            "kind": self.kind if kind is None else kind,
            "outcome": outcome,
            "status": status,
            "code": code,
            "message": text if message is None else message,
            "details": details,
            "request_id": request_id,
            "retry_after": retry_after,
            "attempts": attempts,
        }
        # A serializer may have replaced the attributes by their repr. The outcome is unknown then.
        if isinstance(attributes, dict):
            given.update((name, value) for name, value in attributes.items() if name in given)
        super().__init__(text, given)
        for name, value in given.items():
            setattr(self, name, value)

    @property
    def safe_to_retry(self) -> bool:
        """Whether sending the same request again cannot do the same thing twice: true of `not_sent` and `rejected`."""
        return self.outcome in ("not_sent", "rejected")

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __repr__(self) -> str:
        """Without the attributes: the details may hold a phone number."""
        return f"{type(self).__name__}({str(self)!r})"


class APIError(ZexaError):
    """A call that failed: any failure but an option that cannot be used.

    The class itself stands for what has none of its own, such as a redirect or a status that the API does not document.
    """

    __module__ = "zexa"
