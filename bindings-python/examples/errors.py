"""Decide by the outcome of an error what to do next.

Set ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. Arguments: the phone numbers to send to.
"""

import sys

import zexa

NUMBERS = ["+244912345678", "912345678"]


def send(client: zexa.Client, to: str) -> str:
    """Send to one number, and say what to do next."""
    try:
        message = client.messages.send(channel="sms", to=to, from_="ZEXA", body="Your parcel has arrived.")
    except zexa.ValidationError as error:
        # The same request would fail again. The client or the server rejected a field, which the details name.
        return f"fix the input: {error.message}"
    except zexa.RateLimitError as error:
        # The client has retried, and the server still asks to wait.
        return f"send it again in {error.retry_after or 60:.0f} s"
    except (zexa.AuthenticationError, zexa.InsufficientCreditsError):
        # Every other number would fail as well.
        raise
    except zexa.ZexaError as error:
        if error.safe_to_retry:  # not_sent, rejected
            return f"send it again later: {error}"
        if error.outcome == "accepted":
            return f"done: sent, but the response was lost: {error}"
        # The message may have been sent. Check before you send it again, unless a duplicate is acceptable.
        return f"check before sending again: {error}"
    return f"done: {message.id} is {message.status}"


def main(numbers: list[str]) -> None:
    with zexa.Client() as client:
        for number in numbers:
            print(f"{number}: {send(client, number)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or NUMBERS)
    except zexa.ZexaError as error:
        sys.exit(f"{error} (request id: {error.request_id})")
