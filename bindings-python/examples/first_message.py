"""Send a first message. Set ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox."""

import sys

import zexa


def main() -> None:
    with zexa.Client() as client:
        message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
        print(message.id, "is", message.status)


if __name__ == "__main__":
    try:
        main()
    except zexa.ZexaError as error:
        sys.exit(str(error))
