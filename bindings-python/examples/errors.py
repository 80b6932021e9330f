"""What to do when a message could not be sent: the outcome of the error says.

It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. The numbers to write to may be given as arguments.
"""

import sys

import zexa

NUMBERS = ["+244912345678", "912345678"]


def send(client: zexa.Client, to: str) -> str:
    """Sends to one number, and says what is to be done with it next."""
    try:
        message = client.messages.send(channel="sms", to=to, from_="ZEXA", body="Your parcel has come.")
    except zexa.ValidationError as error:
        # Sent again as it is, it would fail again. The details name the field: here or on the server.
        return f"mend it: {error.message}"
    except zexa.RateLimitError as error:
        # The client has waited and tried again by itself, and the server still asks for more.
        return f"send it again in {error.retry_after or 60:.0f} s"
    except (zexa.AuthenticationError, zexa.InsufficientCreditsError):
        # It would be the same with every other number.
        raise
    except zexa.ZexaError as error:
        if error.safe_to_retry:  # not_sent, rejected
            return f"send it again later: {error}"
        if error.outcome == "accepted":
            return f"done: it was sent, and only the answer was lost: {error}"
        # Nobody knows. Put it aside for somebody who looks, or send again what may come twice.
        return f"look before it is sent again: {error}"
    return f"done: {message.id} is {message.status}"


def main(numbers: list[str]) -> None:
    with zexa.Client() as client:
        for number in numbers:
            print(f"{number}: {send(client, number)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or NUMBERS)
    except zexa.ZexaError as error:
        sys.exit(f"{error} (its request id is {error.request_id})")
