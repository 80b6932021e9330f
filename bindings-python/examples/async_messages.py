"""Send a message to each contact of a list, with bounded concurrency.

Set ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. To send the same text to a whole list, create a campaign instead.
"""

import asyncio
import sys

import zexa

MAX_CONCURRENT = 10


async def main(list_id: str) -> None:
    semaphore = asyncio.Semaphore(MAX_CONCURRENT)
    async with zexa.AsyncClient() as client:
        contacts = [contact async for contact in client.contacts.list(list_id=list_id)]
        results = await asyncio.gather(*(greet(client, contact, semaphore) for contact in contacts))
    # `gather()` returns the results in the order of the contacts.
    for contact, result in zip(contacts, results, strict=True):
        print(f"{contact.name}: {result}")


async def greet(client: zexa.AsyncClient, contact: zexa.Contact, semaphore: asyncio.Semaphore) -> str:
    """Send the message and describe the result. A failure does not affect the other contacts."""
    if contact.phone is None:
        return "has no phone number"
    async with semaphore:
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
