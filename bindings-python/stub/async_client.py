"""The client for asyncio.

Its methods are Python's own coroutines, so that all know them as such that ask: frameworks, mocks, debuggers. What they
await is in the extension module.
"""

from __future__ import annotations

# GENERATED: the imports

# Read by type checkers alone: importing `typing` takes longer than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from types import TracebackType
    from typing import Any, Literal, TypeAlias

    from typing_extensions import Self

    # GENERATED: the types

    _Seconds: TypeAlias = float | timedelta

# GENERATED: the names


class AsyncClient:
    """{docs/AsyncClient.txt}"""

    __module__ = "zexa"

    def __init__(
        self,
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
    ) -> None:
        client = _AsyncClient(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            connect_timeout=connect_timeout,
            deadline=deadline,
            http2=http2,
            max_retries=max_retries,
            max_retry_wait=max_retry_wait,
            proxy=proxy,
            ca_file=ca_file,
            user_agent_suffix=user_agent_suffix,
            default_headers=default_headers,
            allow_http=allow_http,
        )
        self._stand_on(client)

    def _stand_on(self, client: _AsyncClient) -> None:
        self._client = client
        # GENERATED: the resources, set

    # GENERATED: the resources

    def with_options(
        self,
        *,
        timeout: _Seconds | None = None,
        deadline: _Seconds | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Self:
        """{docs/with_options.txt}"""
        client = self._client.with_options(
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            retry_ambiguous=retry_ambiguous,
            extra_headers=extra_headers,
        )
        derived = object.__new__(type(self))
        # What a subclass has beside.
        derived.__dict__.update(self.__dict__)
        derived._stand_on(client)
        return derived

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
        """{docs/request.txt}"""
        return await self._client.request(
            method,
            path,
            query=query,
            body=body,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            retry_ambiguous=retry_ambiguous,
            extra_headers=extra_headers,
        )

    async def close(self) -> None:
        """Refuses further calls, ends waits, and closes idle connections. An attempt in flight goes on to its end."""
        self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
        /,
    ) -> None:
        self._client.close()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __repr__(self) -> str:
        return repr(self._client)
