"""A first message and a small campaign, told as they happen.

It needs ZEXA_BASE_URL and ZEXA_API_KEY, such as a sandbox prints, and rich. `cargo xtask demo python` brings all of it.
Against the real API it costs credits, and the numbers below are nobody's to write to.
"""

import json
import os
import sys
import time

import zexa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

# The contact list, which exists: the API has no way to make one.
LIST = "lst_demo"
NEW_CONTACTS = 20
# As long as anything here is waited for, in seconds.
PATIENCE = 60

# Colours in a terminal, and lines as long as they are everywhere.
console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    url = os.environ.get("ZEXA_BASE_URL")
    if not url:
        sys.exit("ZEXA_BASE_URL is not set. This demo wants a sandbox, which `cargo xtask demo python` starts for it.")
    console.print(Text.assemble(("Zexa", "bold"), f" in Python, with {url}"))
    with zexa.Client() as client:
        heading("Credits")
        before = client.credits.get().credits
        say(f"{before:g}")
        heading("A message")
        one_message(client)
        heading("A campaign")
        add_contacts(client)
        a_campaign(client)
        heading("Credits")
        after = client.credits.get().credits
        say(f"{after:g}, so all this took {before - after:g}")
        heading("An error, on purpose")
        an_error(client)


def heading(text: str) -> None:
    console.print(Text.assemble("\n", (text, "bold")))


def say(*parts: str | tuple[str, str]) -> None:
    """Prints a line, of texts and of texts with a colour."""
    console.print(Text.assemble("  ", *parts))


def one_message(client: zexa.Client) -> None:
    """Sends a message, and follows it until nothing more happens to it."""
    start = time.monotonic()
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Olá! This is Zexa.")
    say(f"{message.id} by {message.channel} from ZEXA")
    show_status(message, start)
    while not message.is_final and time.monotonic() - start < PATIENCE:
        time.sleep(0.2)
        now = client.messages.get(message.id)
        if now.status != message.status:
            show_status(now, start)
        message = now


def show_status(message: zexa.Message, start: float) -> None:
    say(f"{time.monotonic() - start:4.1f} s  ", (message.status, "green"))


def add_contacts(client: zexa.Client) -> None:
    """Adds contacts to the list. Those that are there from an earlier run will do."""
    added = 0
    for number in range(1, NEW_CONTACTS + 1):
        try:
            client.contacts.create(name=f"Cliente {number}", phone=phone(number), lists=[LIST])
            added += 1
        except zexa.ConflictError:
            pass
    say(f"{added} contacts added to {LIST}")


def phone(number: int) -> str:
    """Two of these are numbers for which a sandbox shows that not everything arrives."""
    return {7: "+244000100007", 13: "+244000200013"}.get(number, f"+2449000000{number:02}")


def a_campaign(client: zexa.Client) -> None:
    """Writes to everybody on the list, and watches it happen."""
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
        while not campaign.is_final and time.monotonic() - start < PATIENCE:
            time.sleep(0.1)
            campaign = client.campaigns.get(campaign.id)
            before, done = done, at_their_end(campaign, total)
            progress.update(task, completed=done, description=campaign.status)
            if progress.disable and is_worth_a_line(before, done, total):
                say(f"{done:>3}/{total}  {campaign.status}")
    say((campaign.status, "green"), f" in {time.monotonic() - start:.1f} s")
    if stats := campaign.stats:
        for name in ("delivered", "failed", "undeliverable"):
            count = getattr(stats, name)
            if count is not None:
                say(f"{count:>3} {name}")


def bar() -> Progress:
    """A bar in a terminal, and nothing elsewhere."""
    columns = (
        TextColumn(" "),
        BarColumn(40, complete_style="green", finished_style="green"),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


def at_their_end(campaign: zexa.Campaign, total: int) -> int:
    """How many messages have come to their end, as far as the API tells."""
    pending = campaign.stats.pending if campaign.stats else None
    return 0 if pending is None else total - pending


def is_worth_a_line(before: int, done: int, total: int) -> bool:
    """In a log there is one for every quarter."""
    step = max(1, -(-total // 4))
    return done // step > before // step or before < done == total


def an_error(client: zexa.Client) -> None:
    """Sends from a name that is not registered: the error says what is wrong, and what may have happened all the same."""
    try:
        message = client.messages.send(
            channel="sms", to="+244912345678", from_="NOBODY", body="From a name that is not registered."
        )
        say(f"none: {message.id} was sent")
    except zexa.ZexaError as error:
        explain(error)


def explain(error: zexa.ZexaError) -> None:
    say((error.message, "red"))
    say(f"class       {type(error).__name__}")
    say(f"kind        {error.kind}")
    say(f"outcome     {error.outcome}, so {what_it_means(error)}")
    say(f"answer      {error.status or 0}, {error.code or 'without a code'}")
    say(f"request id  {error.request_id or 'none'}")
    if error.details is not None:
        say(f"details     {json.dumps(error.details)}")


def what_it_means(error: zexa.ZexaError) -> str:
    if error.safe_to_retry:
        return "nothing was sent: it can be sent again once the cause is mended"
    return "it may have been sent: look before you send it again"


if __name__ == "__main__":
    try:
        main()
    except zexa.ZexaError as error:
        sys.exit(str(error))
