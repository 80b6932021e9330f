"""Lists: iteration, pages as sequences, and limits. Scenarios test the items and requests."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import zexa

from sandbox import Sandbox, Server

COUNT = 23


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    """A server with enough contacts for several pages."""
    server = sandbox.start_server({"state": {"contacts_count": COUNT}})
    yield server
    server.end()


def ids(contacts: Iterable[zexa.Contact]) -> list[str]:
    return [contact.id for contact in contacts]


def test_no_request_before_the_first_item(client: zexa.Client, server: Server) -> None:
    contacts = client.contacts.list()
    repr(contacts)
    iterator = iter(contacts)
    iter(contacts.pages())
    assert server.requests() == []
    assert type(next(iterator)) is zexa.Contact
    assert server.requests()


def test_list_can_be_iterated_again(client: zexa.Client, server: Server) -> None:
    contacts = client.contacts.list(per_page=10)
    first = ids(contacts)
    client.contacts.delete(first[0])
    assert ids(contacts) == first[1:]
    pages = contacts.pages()
    assert [len(page) for page in pages] == [len(page) for page in pages] == [10, 10, 2]


def test_independent_iterators(client: zexa.Client) -> None:
    contacts = client.contacts.list(per_page=4)
    one, other = iter(contacts), iter(contacts)
    assert one is not other
    assert iter(one) is one
    next(one)
    assert ids(other) == ids(contacts)
    assert len(list(one)) == COUNT - 1


def test_exhausted_iterator_stays_exhausted(client: zexa.Client, server: Server) -> None:
    iterator = iter(client.contacts.list())
    assert len(list(iterator)) == COUNT
    count = len(server.requests())
    for _ in range(3):
        with pytest.raises(StopIteration):
            next(iterator)
    assert len(server.requests()) == count


def test_pages(client: zexa.Client) -> None:
    pages = list(client.contacts.list(per_page=10).pages())
    assert {type(page) for page in pages} == {zexa.Page}
    assert [page.page for page in pages] == [1, 2, 3]
    assert [len(page) for page in pages] == [10, 10, 3]
    assert {(page.total, page.per_page) for page in pages} == {(COUNT, 10)}
    assert [item.id for page in pages for item in page] == ids(client.contacts.list())


def test_page_is_a_sequence(client: zexa.Client) -> None:
    page = client.contacts.list().page(1)
    assert type(page.items) is tuple
    assert list(page) == list(page.items)
    assert (len(page), page[0], page[-1]) == (COUNT, page.items[0], page.items[-1])
    assert page[1:3] == page.items[1:3]
    assert page.items[2] in page
    assert None not in page  # type: ignore[operator]
    for index in (COUNT, -COUNT - 1):
        with pytest.raises(IndexError):
            page[index]
    with pytest.raises(TypeError):
        page["0"]  # type: ignore[call-overload]


def test_page_is_a_value(client: zexa.Client) -> None:
    page, same = client.contacts.list(per_page=5).page(1), client.contacts.list(per_page=5).page(1)
    other = client.contacts.list(per_page=5).page(2)
    assert page == same
    assert (page != other, page == page.items, page == None) == (True, False, False)
    assert pickle.loads(pickle.dumps(page)) == page
    for name in ("items", "total", "extra", "colour"):
        with pytest.raises(AttributeError):
            setattr(page, name, None)
    whole = page.to_dict()
    assert (whole["total"], whole["page"], whole["per_page"]) == (COUNT, 1, 5)
    assert whole["items"][0] == page[0].to_dict()
    assert json.loads(page.to_json())["items"][0] == json.loads(page[0].to_json())


def test_page_keeps_unknown_fields(client: zexa.Client, server: Server) -> None:
    server.fault(status=200, body={"data": [], "meta": {"total": 0, "page": 1, "per_page": 50, "cursor": "x"}})
    page = client.contacts.list().page(1)
    assert (page.items, len(page), bool(page), page.extra) == ((), 0, False, {"cursor": "x"})


@pytest.mark.parametrize("number", [0, -1, 2**32, 2**70])
def test_invalid_page_number(client: zexa.Client, server: Server, number: int) -> None:
    with pytest.raises(zexa.ValidationError, match="`page` "):
        client.contacts.list().page(number)
    assert server.requests() == []


def test_failing_page_ends_the_iteration(client: zexa.Client, server: Server) -> None:
    server.fault(path="/contacts", skip=1, times=0, status=404)
    iterator = iter(client.contacts.list(per_page=5))
    got = []
    with pytest.raises(zexa.NotFoundError):
        for contact in iterator:
            got.append(contact.id)
    assert got == [contact["id"] for contact in server.contacts()[:5]]
    with pytest.raises(StopIteration):
        next(iterator)


def test_incomplete_list(client: zexa.Client, server: Server) -> None:
    contacts = client.contacts.list()
    assert len(ids(contacts)) == COUNT
    assert not contacts.is_incomplete
    page = {"data": [], "meta": {"total": 2, "page": 1, "per_page": 50}}
    server.fault(path="/contacts", times=0, status=200, body=page)
    iterator = iter(contacts)
    assert not contacts.is_incomplete
    assert list(iterator) == []
    assert contacts.is_incomplete is True

    pages = client.contacts.list().pages()
    assert pages.is_incomplete is False
    assert [len(page) for page in pages] == [0]
    assert pages.is_incomplete is True
    assert not client.contacts.list().is_incomplete


def test_deadline_applies_to_each_iteration(client: zexa.Client, server: Server) -> None:
    contacts = client.contacts.list(deadline=3, max_retries=0)
    server.fault(then="stall")
    with pytest.raises(zexa.APITimeoutError):
        list(contacts)
    assert len(list(contacts)) == COUNT


LIMITS = pytest.mark.parametrize(
    ("limit", "per_page", "pages"),
    [
        (0, None, []),
        (3, None, ["1 of 3"]),
        (COUNT, None, [f"1 of {COUNT}"]),
        (100, None, ["1 of 100"]),
        (1000, None, ["1 of None"]),
        (1, 5, ["1 of 5"]),
        (12, 5, ["1 of 5", "2 of 5", "3 of 5"]),
    ],
)


def requested_pages(server: Server) -> list[str]:
    queries = [request["query"] for request in server.requests()]
    return sorted(f"{query['page']} of {query.get('per_page')}" for query in queries)


@LIMITS
def test_limit(client: zexa.Client, server: Server, limit: int, per_page: int | None, pages: list[str]) -> None:
    contacts = client.contacts.list(limit=limit, per_page=per_page)
    assert ids(contacts) == [contact["id"] for contact in server.contacts()[:limit]]
    assert requested_pages(server) == pages
    assert contacts.is_incomplete is False
    assert len(list(contacts)) == min(limit, COUNT)


@LIMITS
def test_limit_of_an_async_list(
    async_client: zexa.AsyncClient, server: Server, limit: int, per_page: int | None, pages: list[str]
) -> None:
    async def main() -> None:
        contacts = async_client.contacts.list(limit=limit, per_page=per_page)
        assert [contact.id async for contact in contacts] == [contact["id"] for contact in server.contacts()[:limit]]
        assert requested_pages(server) == pages
        assert contacts.is_incomplete is False

    asyncio.run(main())


def test_pages_with_a_limit_are_whole(client: zexa.Client, server: Server) -> None:
    contacts = client.contacts.list(limit=7, per_page=5)
    assert [len(page) for page in contacts.pages()] == [5, 5]
    assert requested_pages(server) == ["1 of 5", "2 of 5"]
    assert len(contacts.page(1)) == 5
    assert len(client.contacts.list(limit=7).page(1)) == COUNT


@pytest.mark.parametrize("limit", [-1, 2**32, 2**70])
def test_invalid_limit(client: zexa.Client, async_client: zexa.AsyncClient, limit: int) -> None:
    for either in (client, async_client):
        with pytest.raises(zexa.ValidationError, match="`limit` "):
            either.contacts.list(limit=limit)


@pytest.mark.parametrize("limit", ["3", 1.5, True, [3]], ids=repr)
def test_limit_of_the_wrong_type_is_named(client: zexa.Client, async_client: zexa.AsyncClient, limit: Any) -> None:
    for either in (client, async_client):
        with pytest.raises(TypeError, match="'limit'"):
            either.campaigns.list(limit=limit)


def test_repr_of_lists(client: zexa.Client, async_client: zexa.AsyncClient, server: Server) -> None:
    contacts = client.contacts.list(search="Ana", limit=3)
    assert repr(contacts) == "List[Contact](limit=3)"
    assert repr(contacts.pages()) == "Pages[Contact](limit=3)"
    assert repr(client.campaigns.list()) == "List[Campaign]()"
    assert repr(async_client.sender_ids.list()) == "AsyncList[SenderId]()"
    assert repr(async_client.sender_ids.list().pages()) == "AsyncPages[SenderId]()"
    assert server.requests() == []
    page = client.contacts.list(per_page=2).page(1)
    assert repr(page).startswith("Page(items=(Contact(id=")
    assert repr(page).endswith(f"total={COUNT}, page=1, per_page=2)")


def test_list_outlives_its_client(server: Server) -> None:
    contacts = zexa.Client(**server.options).contacts.list(per_page=5)
    assert len(list(contacts)) == COUNT
    pages = zexa.Client(**server.options).contacts.list(per_page=5).pages()
    assert len(list(pages)) == 5


def test_list_of_a_closed_client(client: zexa.Client) -> None:
    contacts = client.contacts.list(per_page=1)
    iterator = iter(contacts)
    next(iterator)
    client.close()
    with pytest.raises(zexa.ClosedError):
        list(contacts)
    with pytest.raises(zexa.ClosedError):
        list(iterator)


def test_list_is_not_a_sequence(client: zexa.Client, server: Server) -> None:
    """Its length is known only to the server."""
    contacts: Any = client.contacts.list()
    with pytest.raises(TypeError):
        len(contacts)
    with pytest.raises(TypeError):
        contacts[0]
    assert bool(contacts) is True
    assert server.requests() == []


def test_generic_aliases() -> None:
    for alias in (zexa.List[zexa.Contact], zexa.AsyncList[zexa.Contact], zexa.Page[zexa.Contact]):
        assert "zexa" in repr(alias)
