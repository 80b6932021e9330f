"""What errors about wrong arguments say is right."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from typing import Any

import pytest
import zexa

BOTH = pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
IN_EACH_PROCESS = "clients, their resources and their lists cannot be pickled: create a client in each process"


@BOTH
def test_api_key_is_a_keyword_argument(kind: Any) -> None:
    with pytest.raises(TypeError) as caught:
        kind("zx_secret")
    name = kind.__name__
    expected = f"{name}() takes keyword arguments only: pass the API key as {name}(api_key=...)"
    assert str(caught.value) == expected


@BOTH
@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("retry_ambiguous", ", which is an option of calls and of with_options()"),
        ("extra_body", ", which is an option of calls that send a body, such as messages.send()"),
        ("extra_headers", ", which is an option of calls and of with_options(). Did you mean 'default_headers'?"),
        ("headers", ". Did you mean 'default_headers'?"),
        ("retries", ". Did you mean 'max_retries'?"),
        ("max_retrys", ". Did you mean 'max_retries'?"),
        ("key", ". Did you mean 'api_key'?"),
        ("baseUrl", ". Did you mean 'base_url'?"),
        ("colour", ""),
    ],
)
def test_hint_about_an_option_of_a_client(kind: Any, option: str, hint: str) -> None:
    with pytest.raises(TypeError) as caught:
        kind(api_key="k", **{option: None})
    assert str(caught.value) == f"{kind.__name__}() got an unexpected keyword argument {option!r}{hint}"


@BOTH
def test_subclass_may_have_other_arguments(kind: Any) -> None:
    class Own(kind):  # type: ignore[misc]
        def __init__(self, key: str, *, colour: str) -> None:
            super().__init__(api_key=key)
            self.colour = colour

    assert Own("k", colour="red").colour == "red"

    class Same(kind):  # type: ignore[misc]
        pass

    with pytest.raises(TypeError, match=r"^Same\(\) takes keyword arguments only"):
        Same("k")


@BOTH
def test_error_of_pickling_says_what_to_do(kind: Any) -> None:
    client = kind(api_key="k")
    parts = [client.messages, client.messages.send, client.contacts.list(), client.contacts.list().pages()]
    for thing in [client, *parts]:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="pickle") as caught:
                pickle.dumps(thing, protocol)
            assert protocol < 2 or str(caught.value) == IN_EACH_PROCESS
    assert copy.copy(client) is copy.deepcopy(client) is client

    class Own(kind):  # type: ignore[misc]
        def __reduce__(self) -> Any:
            return (own, (kind,))

    restored = pickle.loads(pickle.dumps(Own(api_key="k")))
    assert type(restored) is kind


def own(kind: Any) -> Any:
    return kind(api_key="k")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": -1}, "`timeout` must be more than zero, got -1"),
        ({"timeout": timedelta(seconds=-0.5)}, "`timeout` must be more than zero, got -0.5"),
        ({"deadline": float("nan")}, "`deadline` must be a number of seconds, got nan"),
        ({"deadline": 1e300}, '`deadline` is too large, got 1e300: for no limit, use float("inf")'),
        ({"max_retry_wait": -1}, "`max_retry_wait` must be 0 or more, got -1"),
        ({"max_retries": -1}, "`max_retries` must be 0 or more, got -1"),
        ({"max_retries": 2**32}, "`max_retries` must be 4294967295 or less, got 4294967296"),
        ({"max_retries": 2**70}, "`max_retries` must be 4294967295 or less"),
        ({"max_connections": -1}, "`max_connections` must be 1 or more, got -1"),
        ({"max_connections": 0}, "`max_connections` must be 1 or more, got 0"),
    ],
    ids=str,
)
def test_error_about_an_option_says_what_is_valid(options: Any, message: str) -> None:
    with pytest.raises(zexa.ConfigError) as caught:
        zexa.Client(api_key="k", **options)
    assert caught.value.message == message


def test_error_about_a_timeout_of_zero_says_the_same() -> None:
    for timeout in (0, -1):
        with pytest.raises(zexa.ConfigError) as caught:
            zexa.Client(api_key="k", timeout=timeout)
        assert caught.value.message.startswith("`timeout` must be more than zero")


def test_error_about_a_page_says_what_is_valid() -> None:
    contacts = zexa.Client(api_key="k").contacts
    calls: dict[str, Any] = {
        "`page` must be 1 or more, got -1": lambda: contacts.list().page(-1),
        "`page` must be 1 or more, got 0": lambda: contacts.list().page(0),
        "`page` must be 4294967295 or less, got 4294967296": lambda: contacts.list().page(2**32),
        "`per_page` must be 1 or more, got -1": lambda: contacts.list(per_page=-1),
        "`limit` must be 0 or more, got -1": lambda: contacts.list(limit=-1),
    }
    for message, call in calls.items():
        with pytest.raises(zexa.ValidationError) as caught:
            call()
        assert caught.value.message == message
