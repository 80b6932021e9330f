# Texts of all commands.

error = error:
interrupted = interrupted

outcome-not-sent = Nothing was sent.
outcome-rejected = The API rejected the request: nothing was sent.
outcome-accepted = The API carried out the request; only its response was lost.
outcome-unknown = It is not known whether the request took effect: a message may have been sent.
outcome-change-rejected = The API rejected the request: nothing was changed.
outcome-change-unknown = It is not known whether the request took effect.

advice-waiting = Repeat the command to continue waiting.
advice-change-unknown = Before you repeat it, find out whether it took effect.
advice-after-run = The results are in the ledger: `zexa bulk status` counts them.
advice-after-import = Contacts may have been added. You can repeat the command: contacts that exist are not added again.
advice-no-key = Run `zexa login`, or set ZEXA_API_KEY.
advice-key = Run `zexa login` with a valid API key.
advice-key-environment = Set ZEXA_API_KEY to a valid API key, or unset it to use the key of `zexa login`.
advice-key-stdin = Pass a valid API key to --api-key-stdin.
advice-key-profile = Run `zexa login --profile { $name }` with a valid API key.
advice-accepted = Do not repeat it: the recipient would get the message twice.
advice-unknown = Before you repeat it, find out whether it took effect: the recipient could get the message twice.
advice-credits = Show the balance with `zexa credits`, and buy credits.
advice-wait = Repeat the command in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
advice-later = Repeat the command later.
advice-doctor = Run `zexa doctor` to check the connection.

sent-unwritten = { $id } was sent, but { $reason }
output-failed = cannot write to stdout: { $reason }
file-failed = { $path }: { $reason }
list-empty = The list is empty.
list-incomplete = the list ended before its total was reached: items may be missing

io-not-found = the file or its folder does not exist
io-permission = permission denied
io-folder = this is a folder, not a file
io-not-folder = a part of the path is not a folder
io-exists = it already exists
io-read-only = the file system is read-only
io-full = the disk is full
io-address-in-use = another program uses the port
io-address-unavailable = the address is not one of this machine
io-name = the name is not known
io-refused = the connection was refused
io-reset = the connection was closed
io-unreachable = the network cannot be reached
io-timeout = there was no response in time
io-invalid = the content is invalid

key-not-utf8 = the environment variable ZEXA_API_KEY must contain UTF-8 text
key-missing = there is no API key
key-empty = the API key on stdin is empty
key-unreadable = cannot read the API key from stdin as UTF-8
profile-no-home = cannot find the home directory: set HOME
profile-missing = the profile `{ $name }` does not exist in { $path }: run `zexa login --profile { $name }`
profile-invalid = { $path }, line { $line }: not a valid profile file: correct or delete it
profile-bad-url = the profile `{ $name }` in { $path } has a `base_url` that is not a text
profile-unknown-setting = the profile `{ $name }` in { $path } has an unknown setting `{ $setting }`: only `api_key` and `base_url` are valid
profile-not-file = { $path } is a pipe or a device, and not a profile file
profile-no-key = the profile `{ $name }` in { $path } has no text `api_key`
profile-not-private = other users can read { $path }, which contains API keys: run `chmod 600 { $path }`

sandbox-note = This command uses a sandbox of its own: nothing is really sent.
sandbox-failed = the sandbox cannot be started: { $reason }

body-empty = the text is empty
stdin-failed = cannot read stdin: { $reason }
stdin-twice = stdin cannot contain both the API key and a text: use a profile or ZEXA_API_KEY
stdin-too-long = the text on stdin has more than 1 MB
stdin-not-utf8 = the text on stdin is not UTF-8

value-duration = expected a duration such as 30s, 10m or 1h 30m
value-time = expected a time with a UTC offset, such as 2026-07-01T09:00:00+01:00
value-rate = expected a number above 0
value-number = expected a whole number
value-range = expected a whole number from { $least } to { $most }
value-count = expected a whole number of 1 or more
value-balance = expected a number of credits
value-channel = expected a channel, such as sms
value-country = expected two letters, such as AO, or `none`
value-object = expected a JSON object: { $reason }
value-pair = expected NAME=VALUE


number-refused = the phone number cannot be used: { $reason }
number-normalised = `{ $text }` was read as { $number }.

cancelled-send = Cancelled. Nothing was sent.
confirm-choice = [y/N]
confirm-no-terminal = without a terminal, this needs --yes: it costs credits
