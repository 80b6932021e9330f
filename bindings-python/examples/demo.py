"""Send a message, many messages in one run, and a small campaign, and print their progress.

Set ZEXA_BASE_URL and ZEXA_API_KEY, which a sandbox prints, and install `rich`. `cargo xtask demo python` does all of this.
With the real API the demo costs credits, and its phone numbers may belong to somebody.
"""

import json
import os
import sys
import time
from collections.abc import Iterator

import zexa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

# An existing contact list: the API cannot create one.
LIST = "lst_demo"
NEW_CONTACTS = 20
MESSAGES = 40
# Seconds.
MAX_WAIT = 60

# Colours only in a terminal, and no wrapping of lines.
console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    url = os.environ.get("ZEXA_BASE_URL")
    if not url:
        sys.exit("ZEXA_BASE_URL is not set. Run `cargo xtask demo python`, which starts a sandbox.")
    console.print(Text.assemble(("Zexa", "bold"), f" in Python, with {url}"))
    with zexa.Client() as client:
        heading("Credits")
        before = client.credits.get().credits
        say(f"{before:g}")
        heading("Message")
        send_message(client)
        heading("Many messages")
        send_many(client)
        heading("Campaign")
        add_contacts(client)
        run_campaign(client)
        heading("Credits")
        after = client.credits.get().credits
        say(f"{after:g} ({before - after:g} used)")
        heading("Error")
        cause_error(client)


def heading(text: str) -> None:
    console.print(Text.assemble("\n", (text, "bold")))


def say(*parts: str | tuple[str, str]) -> None:
    """Print a line. A part may be a pair of a text and its style."""
    console.print(Text.assemble("  ", *parts))


def send_message(client: zexa.Client) -> None:
    """Send a message and poll it until its status is final."""
    start = time.monotonic()
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Olá! This is Zexa.")
    say(f"{message.id} by {message.channel} from ZEXA")
    show_status(message, start)
    while not message.is_final and time.monotonic() - start < MAX_WAIT:
        time.sleep(0.2)
        now = client.messages.get(message.id)
        if now.status != message.status:
            show_status(now, start)
        message = now


def show_status(message: zexa.Message, start: float) -> None:
    say(f"{time.monotonic() - start:4.1f} s  ", (message.status, "green"))


def send_many(client: zexa.Client) -> None:
    """Send many messages in one run."""
    rows: Iterator[zexa.SendMessageRow] = (
        {"channel": "sms", "to": f"+2449231000{number:02}", "from_": "ZEXA", "body": "See you tomorrow."}
        for number in range(MESSAGES)
    )
    with client.messages.send_many(rows, concurrency=8) as sending, bar() as progress:
        task = progress.add_task("sent", total=MESSAGES)
        for result in sending:
            progress.advance(task)
            if result.error:
                say((result.error.message, "red"))
    stats = sending.stats()
    say((f"{stats.accepted} accepted", "green"), f" of {stats.pulled}, {stats.rate:.0f} per second")


def add_contacts(client: zexa.Client) -> None:
    """Add contacts to the list in one run. Contacts of an earlier run are reused."""
    rows: Iterator[zexa.CreateContactRow] = (
        {"name": f"Cliente {number}", "phone": phone(number), "lists": [LIST]} for number in range(1, NEW_CONTACTS + 1)
    )
    added = 0
    for result in client.contacts.create_many(rows):
        if result.error:
            raise result.error
        added += result.contact is not None
    say(f"{added} contacts added to {LIST}")


def phone(number: int) -> str:
    """A phone number. For two of these, the sandbox simulates failed deliveries."""
    return {7: "+244000100007", 13: "+244000200013"}.get(number, f"+2449000000{number:02}")


def run_campaign(client: zexa.Client) -> None:
    """Create a campaign and poll it until its status is final."""
    start = time.monotonic()
    campaign = client.campaigns.create(
        name="Two for one",
        channel="sms",
        contact_list_id=LIST,
        sender_id="ZEXA",
        body="This week only: two for the price of one.",
    )
    total = campaign.total_recipients or 0
    say(f'{campaign.id} "{campaign.name}" to {total} contacts')
    with bar() as progress:
        task = progress.add_task(campaign.status, total=total)
        done = 0
        while not campaign.is_final and time.monotonic() - start < MAX_WAIT:
            time.sleep(0.1)
            campaign = client.campaigns.get(campaign.id)
            before, done = done, final_messages(campaign, total)
            progress.update(task, completed=done, description=campaign.status)
            if progress.disable and passes_a_quarter(before, done, total):
                say(f"{done:>3}/{total}  {campaign.status}")
    say((campaign.status, "green"), f" in {time.monotonic() - start:.1f} s")
    if stats := campaign.stats:
        for name in ("delivered", "failed", "undeliverable"):
            count = getattr(stats, name)
            if count is not None:
                say(f"{count:>3} {name}")


def bar() -> Progress:
    """A progress bar, which is disabled outside of a terminal."""
    columns = (
        TextColumn(" "),
        BarColumn(40, complete_style="green", finished_style="green"),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


def final_messages(campaign: zexa.Campaign, total: int) -> int:
    """Number of messages with a final status. 0 if the API omits the statistics."""
    pending = campaign.stats.pending if campaign.stats else None
    return 0 if pending is None else total - pending


def passes_a_quarter(before: int, done: int, total: int) -> bool:
    """Whether the progress has passed another quarter of the total."""
    step = max(1, -(-total // 4))
    return done // step > before // step or before < done == total


def cause_error(client: zexa.Client) -> None:
    """Send from an unregistered Sender ID, and explain the error."""
    try:
        message = client.messages.send(
            channel="sms", to="+244912345678", from_="NOBODY", body="From an unregistered Sender ID."
        )
        say(f"no error: {message.id} was sent")
    except zexa.ZexaError as error:
        explain(error)


def explain(error: zexa.ZexaError) -> None:
    say((error.message, "red"))
    say(f"class       {type(error).__name__}")
    say(f"kind        {error.kind}")
    say(f"outcome     {error.outcome}: {advice(error)}")
    say(f"response    {error.status or 0}, {error.code or 'no code'}")
    say(f"request id  {error.request_id or 'none'}")
    if error.details is not None:
        say(f"details     {json.dumps(error.details)}")


def advice(error: zexa.ZexaError) -> str:
    if error.safe_to_retry:
        return "nothing was sent; fix the cause and send again"
    return "the message may have been sent; check before you send again"


if __name__ == "__main__":
    try:
        main()
    except zexa.ZexaError as error:
        sys.exit(str(error))
