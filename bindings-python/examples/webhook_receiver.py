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
# Ids of events that were seen: one is posted again where its answer was slow or lost. In a service with several
# processes this belongs into a database.
seen: OrderedDict[str, None] = OrderedDict()
REMEMBERED = 10_000


@app.post("/zexa", status_code=204)
async def receive(request: Request) -> None:
    try:
        event = zexa.parse_event(await request.body())
    except zexa.DecodeError as error:
        raise HTTPException(status_code=400, detail=error.message) from None
    if is_new(event.id):
        handle(event)


def is_new(id: str | None) -> bool:
    """Whether an event was not seen before. One without an id always is."""
    if id is None:
        return True
    if id in seen:
        return False
    seen[id] = None
    if len(seen) > REMEMBERED:
        seen.popitem(last=False)
    return True


def handle(event: zexa.Event) -> None:
    """Does what there is to do. What takes long belongs into a queue: the answer is to come soon."""
    if event.message:
        log.info("%s: message %s is %s", event.event, event.message.id, event.message.status)
    elif event.campaign:
        log.info("%s: campaign %s is %s", event.event, event.campaign.id, event.campaign.status)
    else:
        # The test event that comes first, or one that this version does not know.
        log.info("%s", event.event)
