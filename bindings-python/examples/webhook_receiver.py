"""A receiver of webhooks with FastAPI: what Zexa posts to it is logged.

Start it with `uvicorn webhook_receiver:app`, behind an https:// address of yours, and register that once:

    zexa.Client().webhooks.create(url="https://shop.example/zexa", events=["*"])
"""

import logging
from collections import OrderedDict

import zexa
from fastapi import FastAPI, HTTPException, Request

log = logging.getLogger("uvicorn.error")
app = FastAPI()
# Ids of events that were handled: Zexa posts an event again if its response was slow or lost, or was an error. A service
# with several processes keeps them in a database.
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
    # Only now: an event whose handling fails is posted again, and handled then.
    remember(event.id)


def remember(id: str | None) -> None:
    """Note that an event was handled. An event without an id cannot be recognised."""
    if id is None:
        return
    handled[id] = None
    if len(handled) > REMEMBERED:
        handled.popitem(last=False)


def handle(event: zexa.Event) -> None:
    """Does what there is to do. What takes long belongs into a queue: the answer is to come soon."""
    if event.message:
        log.info("%s: message %s is %s", event.event, event.message.id, event.message.status)
    elif event.campaign:
        log.info("%s: campaign %s is %s", event.event, event.campaign.id, event.campaign.status)
    else:
        # The test event that comes first, or one that this version does not know.
        log.info("%s", event.event)
