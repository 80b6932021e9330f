# Texts of single commands.

field-id = Id
field-to = To
field-from = From
field-channel = Channel
field-body = Text
field-created = Created
field-scheduled = Scheduled
field-sent = Sent
field-delivered = Delivered
field-error = Reason

credits = { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}

message-waiting = Waiting for { $id }. Press Ctrl-C to stop waiting.
message-not-yet = the message did not reach the status in time
message-status = The message is { $status }.

state-queued = queued
state-sent = sent
state-delivered = delivered
state-failed = failed
state-undeliverable = undeliverable
state-scheduled = scheduled
state-sending = sending
state-completed = completed
state-paused = paused
state-cancelled = cancelled
state-pending = pending
state-approved = approved
state-rejected = rejected

field-sender-id = Sender ID
field-status = Status
field-use-case = Use case
field-url = URL
field-events = Events
field-secret = Secret

login-prompt = API key:{" "}
login-checking = Checking the key…
login-done = The key was stored in the profile `{ $name }` ({ $path }). Balance: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}.
login-environment = ZEXA_API_KEY is set, and takes precedence over the profile `default`.
login-refused = The key was not stored. Copy the whole key again from the Zexa dashboard.
login-cancelled = Cancelled. The key was not stored.
login-empty = the API key is empty
login-no-terminal = without a terminal, pass the key with --api-key-stdin
login-sandbox = --sandbox has no key to store

segments-gsm7 = { $count ->
    [one] 1 segment
   *[other] { $count } segments
} (GSM-7, { $size } characters each)
segments-ucs2 = { $count ->
    [one] 1 segment
   *[other] { $count } segments
} (UCS-2, { $size } characters each): `{ $character }` is not in GSM-7

field-name = Name
field-phone = Phone
field-email = Email
field-lists = Lists
field-recipients = Recipients

contact-deleted = The contact { $id } was deleted.

count-sent = Sent
count-delivered = Delivered
count-failed = Failed
count-undeliverable = Undeliverable
count-pending = Pending

campaign-status = The campaign is { $status }.
campaign-progress = { $status }: { $delivered } delivered, { $failed } failed, { $pending } pending
campaign-question-cost = Send to the { $contacts ->
    [one] 1 contact
   *[other] { $contacts } contacts
} of { $list }, for at least { $cost ->
    [one] 1 credit
   *[other] { $cost } credits
}? (Balance: { $balance })
campaign-question = Send to the { $contacts ->
    [one] 1 contact
   *[other] { $contacts } contacts
} of { $list }? (Balance: { $balance })
campaign-question-all = Send to the contacts of { $list }? (Balance: { $balance })
campaign-balance = The balance of { $balance ->
    [one] 1 credit
   *[other] { $balance } credits
} is too low for this campaign.
campaign-list-empty = the contact list `{ $list }` is empty or does not exist; nothing was sent
campaign-sender-unknown = the Sender ID `{ $name }` is not registered for { $channel }; nothing was sent
campaign-sender-status = the Sender ID `{ $name }` cannot send on { $channel }: it is { $status }; nothing was sent
campaign-not-created = The campaign was not created. Nothing was sent.

request-body-empty = the body is empty
request-body = the body is not JSON: { $reason }

sandbox-runs = The sandbox is running. Press Ctrl-C to stop it. Nothing is really sent by programs with these variables:

listen-runs = Listening on { $url }. Press Ctrl-C to stop.
listen-registered = Registered { $url } ({ $id }).
listen-failed = cannot listen: { $reason }
listen-invalid = A request from { $peer } was refused: its body is not a JSON object
listen-forward-url = `{ $url }` is not a URL such as http://localhost:3000/zexa
listen-forward-failed = The event { $event } was not forwarded to { $url }: { $reason }
listen-queue-full = The event { $event } was refused, because too many events wait to be forwarded.
listen-not-forwarded = { $count ->
    [one] one event was
   *[other] { $count } events were
} not forwarded
