"""{docs/AsyncClient.module.txt}"""

from __future__ import annotations

import os

import zexa

from ._signature import ConstructorSignature
# GENERATED: the imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    import collections.abc
    import datetime
    import typing

    from . import _types
else:
    from ._lazy import collections, datetime, typing
    from ._lazy import types as _types

# GENERATED: the names


class AsyncClient:
    """{docs/AsyncClient.txt}"""

    __module__ = "zexa"
    __signature__: _types.Any = ConstructorSignature()
    # GENERATED: the slots

    if not TYPE_CHECKING:
        # Python checks the arguments of `__init__()` after this.
        def __new__(cls, *args, **options):
            known = AsyncClient.__init__.__kwdefaults__.keys()
            if cls.__init__ is AsyncClient.__init__ and (args or not options.keys() <= known):
                from ._hints import wrong_arguments

                raise wrong_arguments(cls.__name__, args, options.keys(), known)
            return object.__new__(cls)

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | datetime.timedelta | None = None,
        connect_timeout: float | datetime.timedelta | None = None,
        deadline: float | datetime.timedelta | None = None,
        max_connections: int | None = None,
        http2: bool | None = None,
        max_retries: int | None = None,
        max_retry_wait: float | datetime.timedelta | None = None,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        user_agent_suffix: str | None = None,
        default_headers: collections.abc.Mapping[str, str] | None = None,
        allow_http: bool | None = None,
    ) -> None:
        client = _AsyncClient(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            connect_timeout=connect_timeout,
            deadline=deadline,
            max_connections=max_connections,
            http2=http2,
            max_retries=max_retries,
            max_retry_wait=max_retry_wait,
            proxy=proxy,
            ca_file=ca_file,
            user_agent_suffix=user_agent_suffix,
            default_headers=default_headers,
            allow_http=allow_http,
        )
        self._bind(client)

    def _bind(self, client: _AsyncClient) -> None:
        self._client = client
        # GENERATED: the resources, set

    # GENERATED: the resources

    def with_options(
        self,
        *,
        timeout: float | datetime.timedelta | None = None,
        deadline: float | datetime.timedelta | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: collections.abc.Mapping[str, str] | None = None,
        extra_query: collections.abc.Mapping[str, str | int | float | collections.abc.Sequence[str | int | float]] | None = None,
    ) -> _types.Self:
        """{docs/with_options.txt}"""
        client = self._client.with_options(
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            retry_ambiguous=retry_ambiguous,
            extra_headers=extra_headers,
            extra_query=extra_query,
        )
        derived = object.__new__(type(self))
        # A subclass may have attributes of its own.
        getattr(derived, "__dict__", {}).update(getattr(self, "__dict__", {}))
        derived._bind(client)
        return derived

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: collections.abc.Mapping[str, str | int | float] | None = None,
        body: typing.Any = None,
        timeout: float | datetime.timedelta | None = None,
        deadline: float | datetime.timedelta | None = None,
        max_retries: int | None = None,
        retry_ambiguous: bool | None = None,
        extra_headers: collections.abc.Mapping[str, str] | None = None,
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
        """{docs/close.txt}"""
        self._client.close()

    async def __aenter__(self) -> _types.Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: object = None,
        /,
    ) -> None:
        self._client.close()

    def __copy__(self) -> _types.Self:
        return self

    def __deepcopy__(self, memo: object) -> _types.Self:
        return self

    def __repr__(self) -> str:
        return repr(self._client)
