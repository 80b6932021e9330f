"""The base classes of the exceptions."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import _types
else:
    from ._lazy import types as _types


class ZexaError(Exception):
    """The base class of all errors of this package.

    The class of an error and its `kind` say what went wrong. Its `outcome` says whether the request may have taken effect, for
    example whether a message may have been sent in spite of the error.

    Attributes:
        kind: Kind of error, such as `validation`. Each kind has its own class.
        outcome: `not_sent`, `rejected`, `unknown` or `accepted`.
        safe_to_retry: Whether sending the same request again cannot cause a duplicate.
        status: HTTP status of the response that caused the error. `None` if it was another cause.
        code: Error code of the API, such as `insufficient_credits`. `None` if the API returned none.
        message: Description of the error: the API's own text, if it returned one.
        details: Further data from the API; a dict with `field`, `reason` and `value` of an argument that was rejected
            locally; or a complete response that could not be read. Otherwise `None`. May contain a phone
            number or a message text.
        request_id: Id of the request, for Zexa's support. `None` if the API returned none.
        retry_after: Seconds that the server asked to wait in its last response. `None` if it did not.
        attempts: Number of attempts. 0 if the call failed before the first.

    `str()` and `repr()` never contain the API key. They contain no phone number or message text, unless the API's own message
    does.

    Errors can be pickled. `args` contains the text and a dict of all attributes in JSON types, and `type(error)(*error.args)`
    is an equal error. Serializers that keep only the class and the `args`, such as Celery's JSON backend, therefore preserve
    the outcome. An error that is created from a text alone has the outcome `unknown`.
    """

    __module__ = "zexa"

    kind: _types.Kind = "other"
    """Kind of error, such as `validation`. Each kind has its own class."""
    outcome: _types.Outcome
    """Whether the request may have taken effect: `not_sent`, `rejected`, `unknown` or `accepted`."""
    status: int | None
    """HTTP status of the response that caused the error. `None` if it was another cause."""
    code: str | None
    """Error code of the API, such as `insufficient_credits`. `None` if the API returned none."""
    message: str
    """Description of the error: the API's own text, if it returned one."""
    details: _types.Any
    """Further data from the API, or a dict with `field`, `reason` and `value` of an argument that was rejected locally."""
    request_id: str | None
    """Id of the request, for Zexa's support. `None` if the API returned none."""
    retry_after: float | None
    """Seconds that the server asked to wait in its last response. `None` if it did not."""
    attempts: int
    """Number of attempts. 0 if the call failed before the first."""

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
        values: dict[str, _types.Any] = {
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
        # A serializer may have replaced the dict by its repr. The outcome is then unknown.
        if isinstance(attributes, dict):
            values.update((name, value) for name, value in attributes.items() if name in values)
        super().__init__(text, values)
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def safe_to_retry(self) -> bool:
        """Whether sending the same request again cannot cause a duplicate: the outcome is `not_sent` or `rejected`."""
        return self.outcome in ("not_sent", "rejected")

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __repr__(self) -> str:
        """Omits the attributes: `details` may contain a phone number."""
        return f"{type(self).__name__}({str(self)!r})"


class APIError(ZexaError):
    """A call failed: the base class of all errors except `ConfigError`.

    The class itself is raised for failures without a class of their own, such as a redirect or an undocumented status.
    """

    __module__ = "zexa"
