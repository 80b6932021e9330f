"""A webhook receiver with FastAPI, which logs the events that Zexa posts.

Start it with `uvicorn webhook_receiver:app` behind an https:// URL, and register that URL once:

    zexa.Client().webhooks.create(url="https://shop.example/zexa", events=["*"])
"""

import logging
from collections import OrderedDict

import zexa
from fastapi import FastAPI, HTTPException, Request

log = logging.getLogger("uvicorn.error")
app = FastAPI()
# Ids of handled events, to deduplicate: Zexa may post an event again if the response was slow, lost or an error. A service
# with several processes stores them in a database.
handled: OrderedDict[str, None] = OrderedDict()
REMEMBERED = 10_000


@app.post("/zexa", status_code=204)
async def receive(request: Request) -> None:
    try:
        event = zexa.parse_event(await request.body())
    except zexa.DecodeError as error:
        raise HTTPException(status_code=400, detail=error.message) from None
    if event.id in handled:
        return
    handle(event)
    # After handling: if it fails, Zexa posts the event again.
    remember(event.id)


def remember(id: str | None) -> None:
    """Record that an event was handled. An event without an id cannot be deduplicated."""
    if id is None:
        return
    handled[id] = None
    if len(handled) > REMEMBERED:
        handled.popitem(last=False)


def handle(event: zexa.Event) -> None:
    """Handle an event. Do slow work in a queue, because the response must not be late."""
    if event.message:
        log.info("%s: message %s is %s", event.event, event.message.id, event.message.status)
    elif event.campaign:
        log.info("%s: campaign %s is %s", event.event, event.campaign.id, event.campaign.status)
    else:
        # The test event after the registration, or an event of another kind.
        log.info("%s", event.event)
