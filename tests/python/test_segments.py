"""`segments()` and `estimate()`: their results in Python, and invalid arguments. The scenarios test the numbers."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import zexa

from examples import SMS


def test_segments_are_a_model() -> None:
    split = zexa.segments("Olá")
    assert split == zexa.Segments(count=1, encoding="ucs2", first_non_gsm7="á")
    assert zexa.segments("Ola").first_non_gsm7 is None


@pytest.mark.parametrize("text", [None, 5, b"Hello"])
def test_text_must_be_a_string(text: Any) -> None:
    with pytest.raises(TypeError, match="text"):
        zexa.segments(text)


def test_lone_surrogate() -> None:
    with pytest.raises(zexa.ValidationError, match="text"):
        zexa.segments("half of an emoji: \ud83d")


def test_parameters_of_send_are_accepted() -> None:
    assert zexa.estimate(**SMS) == 1
    assert zexa.estimate(**{**SMS, "body": None, "template_id": "tpl_1"}) is None


def test_parameters_are_those_of_send() -> None:
    of_send = inspect.signature(zexa.Messages.send).parameters
    options = inspect.signature(zexa.Messages.get).parameters.keys() - {"id"} | {"extra_body"}
    assert inspect.signature(zexa.estimate).parameters.keys() == of_send.keys() - options


@pytest.mark.parametrize("wrong", [{"channel": 5}, {"to": 5}, {"body": b"Hello"}, {"bdy": "Hello"}])
def test_parameters_of_the_wrong_type(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(TypeError, match=name):
        zexa.estimate(**{**SMS, **wrong})
