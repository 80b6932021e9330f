# pyright: strict
"""Sends a message, as somebody's program does whose types are checked strictly."""

import zexa


def send(client: zexa.Client) -> zexa.Message:
    return client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")


def main() -> None:
    with zexa.Client() as client:  # ZEXA_API_KEY, ZEXA_BASE_URL
        message = send(client)
    print(f"{message.id} is {message.status}")


if __name__ == "__main__":
    main()
