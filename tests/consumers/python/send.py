# pyright: strict
"""Send a message: a user's program that passes strict type checking."""

import zexa


def send(client: zexa.Client) -> zexa.Message:
    return client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")


def main() -> None:
    with zexa.Client() as client:  # ZEXA_API_KEY, ZEXA_BASE_URL
        message = send(client)
    print(f"{message.id} is {message.status}")


if __name__ == "__main__":
    main()
