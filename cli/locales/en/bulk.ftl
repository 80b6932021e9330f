# Texts of the commands that read CSV files.

table-error = { $file }: { $reason }
table-folder = this is a folder, not a file
table-not-a-file = this is not a file, but a pipe or a device: save the rows in a file first, because it is read more than once
table-empty = the file is empty
table-workbook = this is a workbook of a spreadsheet, not a CSV file: open it, and save it as "CSV UTF-8"
table-not-csv = this is a file of the kind { $kind }, not a CSV file
table-encoding = the encoding `{ $name }` is unknown
table-no-header = the file has no row with names of columns
table-header-is-data = the first row must have names of columns, such as `name` and `phone`, but it has the value `{ $value }`
table-row-too-large = row { $row } is larger than { $size } MB: probably a quote is not closed in column `{ $column }` or before it
table-too-many-fields = row { $row } has more than { $maximum } columns
table-unclosed-quote = a quote in row { $row }, column `{ $column }`, is not closed: the rest of the file would be one value
table-no-column = there is no column `{ $name }`; the columns are: { $columns }
table-no-placeholder = there is no column `{ $name }`: use the name of a column, or --map { $map }=COLUMN; the columns are: { $columns }
table-no-recipient = no column has a name like `{ $field }`: use --map { $field }=COLUMN; the columns are: { $columns }
table-ambiguous = more than one column could be `{ $name }`: { $columns }; name one of them with --map { $map }=COLUMN
table-unused-mapping = --map { $field }=… has no effect: `{ $field }` is neither a placeholder of the text nor a known field

template-unclosed = the placeholder at character { $position } of the text has no {"}}"}; write {"\\{{"} for {"{{"} itself
template-no-name = the placeholder at character { $position } of the text has no name

row-problem = row { $row }: { $reason }
row-column-problem = row { $row }, column `{ $column }`: { $reason }

problem-extra-fields = the row has { $found } columns, and the header has { $expected }: a value that contains the delimiter must be in quotes
problem-undecodable = the value has characters that are damaged: save the file again as "CSV UTF-8", or name its encoding with --encoding
problem-nul = the value has a NUL character: the file is damaged
problem-empty = the value is empty
problem-empty-placeholder = the value is empty: `{ $placeholder }` in the text would have a substitute for it
problem-scientific = Excel has shortened the number to `{ $value }`, and its last digits are lost: get the original list, and format the column as text before you paste or import it
problem-not-a-number = `{ $value }` is not a phone number
problem-several-numbers = `{ $value }` is more than one phone number: use a row for each
problem-invalid-number = `{ $value }` is not a number that exists in { $country }: a digit is missing, superfluous or wrong, or the country is another one
problem-unknown-country = `{ $value }` begins with a country code that does not exist
problem-not-e164 = `{ $value }` is not a number like +244912345678
problem-not-an-address = `{ $value }` is not an email address
problem-bad-key = the value cannot be used as a key: a key has at most 255 bytes, no control characters, and does not begin with `default:`
problem-duplicate-key = row { $earlier } has the same key `{ $value }`
problem-landline = { $value } is the number of a landline or of a service
problem-refused = the message cannot be sent: { $reason }
problem-duplicate-recipient = row { $earlier } has the same recipient { $value }


row-in-doubt = it is not known whether an earlier run sent the message: see `zexa bulk status`
row-in-progress = another run is sending the message
row-key-reused = the key was used before for another recipient or text, so nothing was sent for this row
row-duplicate = an earlier row has the same recipient or key
row-rejected = the API rejected it in an earlier run
row-stopped = not sent, because the run has stopped
row-cancelled = cancelled
row-no-connection = no connection to the API ({ $reason })
row-connection-lost = the connection was lost before the API answered ({ $reason })
row-timeout = the API did not answer in time

stop-unauthorized = the API key was rejected
stop-credits = the account does not have enough credits
stop-rate = the API asks for a wait that is too long
stop-limiter = the limiter cannot be used
stop-ledger = the ledger cannot be used
stop-connect = no connection is possible
stop-unknown = it is not known of too many messages in a row whether they were sent
stop-rejections = the first messages were all rejected for the same reason

value-delimiter = expected one character, such as ; or the word tab

delimiter-tab = tab
bulk-subject = --subject is for emails only
bulk-schedule-past = the time of --schedule has passed
bulk-body-large = { $file }: the text has more than 1 MB
bulk-file = { $file }: { $rows ->
    [one] one row
   *[other] { $rows } rows
} ({ $encoding }, delimiter `{ $delimiter }`, recipients in column `{ $column }`)
bulk-messages = { $count ->
    [0] No message can be sent.
    [one] One message can be sent.
   *[other] { $count } messages can be sent.
}
bulk-invalid = { $count ->
    [one] One row is invalid and is not sent:
   *[other] { $count } rows are invalid and are not sent:
}
bulk-repeated-skipped = { $count ->
    [one] One row has the recipient of an earlier row, and is not sent. To send both, give each row a key with --key-column:
   *[other] { $count } rows have the recipient of an earlier row, and are not sent. To send them too, give each row a key with --key-column:
}
bulk-repeated-sent = { $count ->
    [one] Warning: one recipient gets more than one message:
   *[other] Warning: { $count } messages go to recipients who get an earlier one as well:
}
bulk-more = … and { $count } more. --json shows all of them.
bulk-landlines = { $count ->
    [one] Warning: one number is that of a landline or of a service, which usually does not receive SMS. The message is sent nevertheless:
   *[other] Warning: { $count } numbers are those of landlines or of services, which usually do not receive SMS. The messages are sent nevertheless:
}
bulk-other-placeholder = Warning: the text contains { $found }, which is not replaced. For the value of the column, write { $right }.
bulk-segments-each = Segments: { $each } per message, { $total } in all
bulk-segments = Segments: { $min } to { $max } per message, { $total } in all
bulk-ucs2 = Warning: { $count ->
    [one] one message needs
   *[other] { $count } messages need
} more segments because of the character { $character }, which limits a segment to 70 characters instead of 160.
bulk-cost = Cost: at least { $cost ->
    [one] { $cost } credit
   *[other] { $cost } credits
}
bulk-cost-balance = Cost: at least { $cost ->
    [one] { $cost } credit
   *[other] { $cost } credits
}; balance: { $balance ->
    [one] { $balance } credit
   *[other] { $balance } credits
}
bulk-cost-unknown = Cost: at least { $cost ->
    [one] { $cost } credit
   *[other] { $cost } credits
}; the balance is not known: { $reason }
bulk-cost-undocumented = Cost: not documented for the channel { $channel }
bulk-abroad = Warning: { $count ->
    [one] one message goes to another country
   *[other] { $count } messages go to other countries
}, for 2 to 5 credits per segment. The cost above counts 2, so it may be higher.
bulk-schedule = The messages are sent at { $time }.
bulk-balance-low = Warning: the balance is too low for all messages.
bulk-first-messages = The first messages:
bulk-first-message = row { $row }, to { $to }: { $body }
bulk-campaign = Every recipient gets the same text. If they are a contact list at Zexa, a campaign sends it with one request: see `zexa campaigns create --help`.

sender-pending = Warning: the Sender ID { $from } is not approved yet for { $channel }. The API will probably reject all messages.
sender-rejected = Warning: the Sender ID { $from } was not approved for { $channel }. The API will probably reject all messages.
sender-missing = Warning: the account has no Sender ID { $from } for { $channel }. The API will probably reject all messages.
sender-other = Warning: the account has no Sender ID { $from } for { $channel }. The API will probably reject all messages. Approved Sender IDs: { $approved }

bulk-nothing = no message can be sent
bulk-ask = Send { $count ->
    [one] one message
   *[other] { $count } messages
} from { $from }?
bulk-ask-at-most = Send at most { $count ->
    [one] one message
   *[other] { $count } messages
} from { $from }?
bulk-new-job = No ledger at { $ledger }: this is a new job. Messages that were sent with another ledger do not count.
bulk-begun = The ledger { $ledger } continues this job: { $accepted } of { $total } messages were accepted before, { $rest } are left to send.
bulk-ask-skipping = Send { $count ->
    [one] one message
   *[other] { $count } messages
} from { $from }, and leave out { $invalid ->
    [one] one invalid row
   *[other] { $invalid } invalid rows
}?
bulk-invalid-refused = { $count ->
    [one] one row is invalid: correct it
   *[other] { $count } rows are invalid: correct them
}, or send the others with --skip-invalid; `zexa bulk check` shows all problems
bulk-foreign-ledger = { $ledger } records messages of another program: choose another file with --ledger
bulk-other-file = { $file } has changed since it was sent. To continue that job, restore the file and use `zexa bulk resume { $job }`. Put rows that are new or corrected into a file of their own.
bulk-other-job = { $ledger } belongs to another job: the file, the text, the sender or another argument was different. To continue that job, use `zexa bulk resume { $job }`. To begin a new one, choose another file with --ledger: { $sent ->
    [0] no message of the other job was sent.
   *[other] recipients of the other job then get this message as well.
}
bulk-no-ledger = the ledger { $ledger } does not exist: nothing was sent with it, or it was moved
bulk-no-job = { $ledger } has no job of this program
bulk-newer-job = the job in { $ledger } was written by a later version of this program: update it

bulk-resume = { $file }: { $accepted } of { $total } messages were accepted before.
bulk-text = Text: { $body }
bulk-rest = Cost of the rest: about { $cost ->
    [one] { $cost } credit
   *[other] { $cost } credits
}
bulk-rest-balance = Cost of the rest: about { $cost ->
    [one] { $cost } credit
   *[other] { $cost } credits
}; balance: { $balance ->
    [one] { $balance } credit
   *[other] { $balance } credits
}

bulk-progress = { $done } of { $total } · { $rate }/s
bulk-progress-left = { " " }· { $time } left
bulk-progress-wait = { " " }· the server asks to wait { $time }
bulk-progress-rejected = { " " }· { $count } rejected
bulk-progress-doubt = { " " }· { $count } in doubt
bulk-interrupted = { $count ->
    [0] Interrupted.
    [one] Interrupted: waiting for one row in flight. Press Ctrl-C again to cancel it.
   *[other] Interrupted: waiting for { $count } rows in flight. Press Ctrl-C again to cancel them.
}
bulk-late = the time of --max-duration has passed
bulk-changed = rows { $first } to { $last } of { $file } are not the rows that were confirmed
bulk-changed-header = the names of the columns, or something in the rows up to { $last } of { $file }, are not those that were confirmed
bulk-fewer = { $file } has fewer rows than were confirmed: { $found } instead of { $confirmed }
bulk-appended = { $count ->
    [one] one row was added at the end of { $file }
   *[other] { $count } rows were added at the end of { $file }
}: the other rows are those that were confirmed
bulk-other-dialect = { $file } was saved with another delimiter or in another encoding. It contains the rows that were confirmed.
bulk-shorter = { $file } has fewer rows than were confirmed
bulk-stopped = The run has stopped: { $reason }

bulk-accepted = { $count ->
    [0] No message was accepted.
    [one] One message was accepted.
   *[other] { $count } messages were accepted.
}
bulk-replayed = { $count ->
    [one] One of them was sent before.
   *[other] { $count } of them were sent before.
}
bulk-rejected = { $count ->
    [one] One message was rejected.
   *[other] { $count } messages were rejected.
}
bulk-reason = Reason of the API ({ $count ->
    [one] one message
   *[other] { $count } messages
}): { $reason }
bulk-not-sent = { $count ->
    [one] One message could not be sent now.
   *[other] { $count } messages could not be sent now.
}
bulk-in-doubt = { $count ->
    [one] One message is in doubt: it is not known whether it was sent.
   *[other] { $count } messages are in doubt: it is not known whether they were sent.
}
bulk-invalid-rows = { $count ->
    [one] One row is invalid, and was not sent.
   *[other] { $count } rows are invalid, and were not sent.
}
bulk-repeated-rows = { $count ->
    [one] One row has the recipient of an earlier row, and was not sent.
   *[other] { $count } rows have the recipient of an earlier row, and were not sent.
}
bulk-not-recorded = { $count ->
    [one] One of these results is not recorded in the ledger: that of row { $rows }.
   *[other] { $count } of these results are not recorded in the ledger: those of rows { $rows }.
}
bulk-left = { $count ->
    [one] One message is left to send.
   *[other] { $count } messages are left to send.
}
bulk-report = Report: { $file }
bulk-advice-doubt = `zexa bulk status { $job }` shows the messages in doubt, and what to do about them.
bulk-advice-not-recorded = The results that are not recorded are true, and are in the report with `recorded` = false, but the ledger has their rows in doubt. If the disk is full or the ledger was moved, correct that first. Then settle each of them as in the report: `zexa bulk settle { $job } KEY sent ID` if it was accepted, and `zexa bulk settle { $job } KEY not-sent` if it was rejected or not sent.
bulk-trial = This was a trial in a sandbox: nothing was really sent, and nothing was recorded in a ledger. Without --sandbox, the same command sends the messages.
bulk-trial-resume = a sandbox has no jobs to continue: `bulk resume` works without --sandbox only
bulk-advice-rejected = After removing the cause, `zexa bulk resume { $job } --rejected` sends the rejected messages again, with the same text and sender. For another text or sender, put their rows into a file of their own.
bulk-advice-resume = Send the rest with `zexa bulk resume { $job }`.
bulk-advice-changed = Restore the file, and continue with `zexa bulk resume`. Put rows that are new or corrected into a file of their own.
report-in-use = the report { $file } is being written by another command: wait for it, or choose another file with --report
report-is-source = { $file } cannot be the report: it would replace a file that is needed

field-file = File
status-schedule = Scheduled
status-messages = Messages
status-accepted = Accepted
status-rejected = Rejected
status-doubt = In doubt
status-claimed = Being sent
status-left = Left
status-doubts = { $count ->
    [one] It is not known whether this message was sent:
   *[other] It is not known whether these messages were sent:
}
status-no-file = The rows and recipients are not known, because the file cannot be read: { $reason }
status-changed-file = { $file } has changed since it was sent, so the numbers of some rows are not known. The report of `bulk send` has the recipient of each key.
status-advice-ask = { $count ->
    [one] It is not sent again until you decide. Ask the recipient whether the message has arrived, or ask Zexa's support with the request id or the time. Then enter the answer:
   *[other] They are not sent again until you decide. Ask the recipients whether the messages have arrived, or ask Zexa's support with the request ids or the times. Then enter the answers:
}
status-advice-sent = it was sent: `zexa bulk settle { $job } { $row } sent`
status-advice-not-sent = it was not sent, and `bulk resume` is to send it: `zexa bulk settle { $job } { $row } not-sent`
status-advice-all = the same answer for all: `zexa bulk settle { $job } --all sent`, or `--all not-sent`

doubt-row = row { $row }, to { $to }
doubt-to = key { $key }, to { $to }
doubt-row-alone = row { $row }
doubt-key = key { $key }
doubt-no-answer = { $name }: begun at { $time }, no answer is recorded
doubt-status = { $name }: begun at { $time }, and answered with status { $status }, which does not say whether it was sent
doubt-request = ; request id { $request }
doubt-also-key = ; key { $key }

settle-nothing = No row is in doubt.
settle-no-answer = expected `not-sent`, or `sent` with the id of the message if it is known, after the keys of the rows
settle-which = name the rows by their keys or with --row, or settle all of them with --all
settle-one-id = an id belongs to one message: settle its row alone
settle-no-file = the rows cannot be found, because the file cannot be read: { $reason }; use the keys that `zexa bulk status` shows
settle-not-in-doubt = nothing was settled, because this is not in doubt: { $names }; see `zexa bulk status`
settle-no-terminal = without a terminal, --all needs --yes
settle-ask-sent = { $count ->
    [one] Does this message count as sent?
   *[other] Do these { $count } messages count as sent?
} They are then never sent again.
settle-ask-not-sent = { $count ->
    [one] Does this message count as not sent?
   *[other] Do these { $count } messages count as not sent?
} `bulk resume` sends them then: recipients who already have it get it twice.
settle-unchanged = Nothing was settled.
export-is-needed = the record cannot replace { $file }, which is the file with the rows or a ledger: choose another path with --output
export-done = { $count ->
    [one] One row was written to { $file }.
   *[other] { $count } rows were written to { $file }.
}
pruned = { $count ->
    [one] One row that was accepted before { $before } has only its key now.
   *[other] { $count } rows that were accepted before { $before } have only their keys now.
}
settled-sent = { $name }: counts as sent.
settled-not-sent = { $name }: counts as not sent. `zexa bulk resume` sends it.

import-more = … and { $count } more. The report has all of them.
import-added = { $count ->
    [0] No contact was added.
    [one] One contact was added.
   *[other] { $count } contacts were added.
}
import-existing = { $count ->
    [0] No contact existed before.
    [one] One contact existed before.
   *[other] { $count } contacts existed before.
}
import-valid = { $count ->
    [one] One contact can be added. Nothing was added.
   *[other] { $count } contacts can be added. Nothing was added.
}
import-failed = { $count ->
    [one] One contact was rejected or not added.
   *[other] { $count } contacts were rejected or not added.
}
import-unknown = { $count ->
    [one] It is not known whether one contact was added. Import the file again: contacts that exist are only counted.
   *[other] It is not known whether { $count } contacts were added. Import the file again: contacts that exist are only counted.
}
import-invalid = { $count ->
    [one] One row is invalid.
   *[other] { $count } rows are invalid.
}
import-repeated = { $count ->
    [one] One row has the phone number of an earlier row.
   *[other] { $count } rows have the phone number of an earlier row.
}
