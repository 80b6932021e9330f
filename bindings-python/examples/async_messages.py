"""A message to each contact of a list, many at once and never more than a few.

It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. For the same words to everybody there are campaigns; this is for
messages that differ.
"""

import asyncio
import sys

import zexa

AT_ONCE = 10


async def main(list_id: str) -> None:
    limit = asyncio.Semaphore(AT_ONCE)
    async with zexa.AsyncClient() as client:
        contacts = [contact async for contact in client.contacts.list(list_id=list_id)]
        results = await asyncio.gather(*(greet(client, contact, limit) for contact in contacts))
    # The results come in the order of the contacts, whichever was sent first.
    for contact, result in zip(contacts, results, strict=True):
        print(f"{contact.name}: {result}")


async def greet(client: zexa.AsyncClient, contact: zexa.Contact, limit: asyncio.Semaphore) -> str:
    """Sends it, and says what became of it. A failure is for this contact alone: the others go on."""
    if contact.phone is None:
        return "has no phone number"
    async with limit:
        try:
            message = await client.messages.send(
                channel="sms", to=contact.phone, from_="ZEXA", body=f"Olá, {contact.name}!"
            )
        except zexa.ZexaError as error:
            return f"{error.outcome}: {error}"
        return f"{message.id} is {message.status}"


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "lst_demo"))
    except zexa.ZexaError as error:
        sys.exit(str(error))
