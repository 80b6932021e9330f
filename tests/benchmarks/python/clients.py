"""Functions that send a message and list contacts with each client."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

KEY = "k"
MESSAGE = {"channel": "sms", "to": "+244912345678", "from": "ZEXA", "body": "Hello"}
HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
PAGES = range(1, 101)

Send = Callable[[], str]
"""Sends a message and returns its id."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A typed contact, for clients that return JSON."""

    id: str
    name: str
    phone: str
    email: str | None
    lists: list[str]
    created_at: datetime

    @classmethod
    def of(cls, value: dict) -> Contact:
        """Convert the JSON of the API. `fromisoformat` of Python 3.10 does not accept `Z`."""
        created_at = datetime.fromisoformat(value["created_at"].replace("Z", "+00:00"))
        return cls(value["id"], value["name"], value["phone"], value.get("email"), value["lists"], created_at)


def zexa_send(url: str) -> Send:
    import zexa

    messages = zexa.Client(base_url=f"{url}/v1", api_key=KEY).messages
    return lambda: messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello").id


def raw_send(url: str) -> Send:
    host = url.removeprefix("http://")
    address, port = host.split(":")
    connection = socket.create_connection((address, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = f"POST /v1/messages HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {KEY}\r\ncontent-length: "

    def send() -> str:
        body = json.dumps(MESSAGE)
        connection.sendall(f"{head}{len(body)}\r\n\r\n{body}".encode())
        return json.loads(connection.recv(65536).partition(b"\r\n\r\n")[2])["id"]

    return send


def primp_send(url: str) -> Send:
    import primp

    client = primp.Client()
    target = f"{url}/v1/messages"
    return lambda: json.loads(client.post(target, headers=HEADERS, content=json.dumps(MESSAGE).encode()).content)["id"]


def pycurl_send(url: str) -> Send:
    get = _pycurl(f"{url}/v1/messages")
    return lambda: json.loads(get(json.dumps(MESSAGE), None))["id"]


def httpx_send(url: str) -> Send:
    import httpx

    client = httpx.Client(headers=HEADERS)
    return lambda: client.post(f"{url}/v1/messages", json=MESSAGE).json()["id"]


def requests_send(url: str) -> Send:
    import requests

    session = requests.Session()
    session.headers.update(HEADERS)
    return lambda: session.post(f"{url}/v1/messages", json=MESSAGE).json()["id"]


def pyreqwest_send(url: str) -> Send:
    from pyreqwest.client import SyncClientBuilder

    client = SyncClientBuilder().build()
    target = f"{url}/v1/messages"
    return lambda: client.post(target).headers(HEADERS).body_json(MESSAGE).build().send().json()["id"]


def openai_send(url: str) -> Send:
    """An SDK that is generated for another API. It decodes the message as a completion, and keeps the fields that it does not know."""
    import openai

    completions = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY).chat.completions
    hello = [{"role": "user", "content": "Hello"}]
    return lambda: completions.create(model="gpt", messages=hello).id


def twilio_send(url: str) -> Send:
    """An SDK for another API of the same kind, whose requests go to the benchmark server."""
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class Redirected(TwilioHttpClient):
        def request(self, method: str, target: str, *args: object, **options: object) -> object:
            return super().request(method, target.replace("https://api.twilio.com", url), *args, **options)

    messages = Client("AC0", KEY, http_client=Redirected()).messages
    # The server does not know Twilio's name of the id.
    return lambda: "msg_" + messages.create(to="+244912345678", from_="ZEXA", body="Hello").status


def zexa_contacts(url: str) -> Iterator[object]:
    import zexa

    return iter(zexa.Client(base_url=f"{url}/v1", api_key=KEY).contacts.list(per_page=100))


def pycurl_contacts(url: str) -> Iterator[object]:
    get = _pycurl(url)
    for page in PAGES:
        body = get(None, f"{url}/v1/contacts?per_page=100&page={page}")
        yield from map(Contact.of, json.loads(body)["data"])


def requests_contacts(url: str) -> Iterator[object]:
    import requests

    session = requests.Session()
    session.headers.update(HEADERS)
    for page in PAGES:
        response = session.get(f"{url}/v1/contacts", params={"per_page": "100", "page": str(page)})
        yield from map(Contact.of, response.json()["data"])


def _pycurl(url: str) -> Callable[[str | None, str | None], bytes]:
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in HEADERS.items()])

    def get(body: str | None, target: str | None) -> bytes:
        response = io.BytesIO()
        curl.setopt(pycurl.WRITEDATA, response)
        if body is not None:
            curl.setopt(pycurl.POSTFIELDS, body)
        if target is not None:
            curl.setopt(pycurl.URL, target)
        curl.perform()
        return response.getvalue()

    return get


SENDERS: dict[str, Callable[[str], Send]] = {
    "zexa": zexa_send,
    "raw socket": raw_send,
    "primp": primp_send,
    "pyreqwest": pyreqwest_send,
    "pycurl": pycurl_send,
    "httpx": httpx_send,
    "requests": requests_send,
    "openai": openai_send,
    "twilio": twilio_send,
}
READERS: dict[str, Callable[[str], Iterator[object]]] = {
    "zexa": zexa_contacts,
    "pycurl": pycurl_contacts,
    "requests": requests_contacts,
}
