"""Arguments of calls, and an object of every model."""

from __future__ import annotations

from typing import Any

import zexa

SMS: dict[str, Any] = {"channel": "sms", "to": "+244912345678", "from_": "ZEXA", "body": "the code is 4711"}
CAMPAIGN: dict[str, Any] = {
    "name": "July",
    "channel": "sms",
    "contact_list_id": "lst_demo",
    "sender_id": "ZEXA",
    "body": "Hello everybody",
}
CONTACT: dict[str, Any] = {"name": "Ana Domingos", "phone": "+244923456789"}
WEBHOOK: dict[str, Any] = {"url": "https://shop.example/zexa", "events": ["message.delivered", "message.failed"]}

# All fields of each model, and one unknown field.
MODELS: dict[type[Any], dict[str, Any]] = {
    zexa.Message: {
        "id": "msg_1",
        "status": "delivered",
        "channel": "sms",
        "to": "+244912345678",
        "from": "ZEXA",
        "body": "the code is 4711",
        "created_at": "2026-07-01T09:00:00Z",
        "scheduled_at": "2026-07-01T10:00:00.5Z",
        "sent_at": "2026-07-01T10:00:01.123456Z",
        "delivered_at": "2026-07-01T12:00:02+01:00",
        "error": "none",
        "novel": {"a": [1, None, True, 1.5, "x"]},
    },
    zexa.SenderId: {
        "id": "sid_1",
        "sender_id": "ZEXA",
        "status": "approved",
        "channel": "sms",
        "use_case": "otp",
        "created_at": "2026-07-01T09:00:00Z",
        "novel": 1,
    },
    zexa.Campaign: {
        "id": "cmp_1",
        "name": "July",
        "status": "sending",
        "channel": "email",
        "created_at": "2026-07-01T09:00:00Z",
        "scheduled_at": "2026-07-02T09:00:00Z",
        "total_recipients": 9,
        "stats": {"sent": 9, "delivered": 4, "failed": 3, "undeliverable": 2, "pending": 0, "opened": 1},
        "novel": [],
    },
    zexa.CampaignStats: {"sent": 9, "delivered": 4, "failed": 3, "undeliverable": 2, "pending": 0, "opened": 1},
    zexa.Contact: {
        "id": "cnt_1",
        "name": "Ana Domingos",
        "phone": "+244923456789",
        "lists": ["lst_1", "lst_2"],
        "created_at": "2026-07-01T09:00:00Z",
        "email": "ana.domingos@shop.example",
        "novel": "x",
    },
    zexa.Webhook: {
        "id": "wh_1",
        "url": "https://shop.example/zexa",
        "events": ["message.delivered", "novel.event"],
        "created_at": "2026-07-01T09:00:00Z",
        "secret": "whsec_4711",
        "novel": None,
    },
    zexa.Event: {
        "id": "evt_1",
        "event": "message.delivered",
        "created_at": "2026-07-01T09:00:00Z",
        "data": {"id": "msg_1", "to": "+244912345678", "body": "the code is 4711"},
        "novel": {},
    },
    zexa.Credits: {"credits": 4250.5, "currency": "AOA", "novel": False},
}
# What no repr, no log and no sentence of an error may show of the above.
PRIVATE = (
    "is 4711",
    "whsec_4711",
    "+244912345678",
    "+244923456789",
    "912345678",
    "923456789",
    "Ana Domingos",
    "ana.domingos@",
)
