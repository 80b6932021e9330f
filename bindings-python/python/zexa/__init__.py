"""The client of the Zexa messaging API: SMS, WhatsApp, Telegram, email and Slack."""

from ._zexa import __version__ as __version__
