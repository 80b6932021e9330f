# Errors about arguments.

usage-value-missing = `{ $argument }` requires a value
usage-value-unknown = `{ $value }` is not a value of `{ $argument }`: use one of { $valid }
usage-value-invalid = invalid value `{ $value }` for `{ $argument }`: { $reason }
usage-key = the API key is never an argument, because other users can see arguments: run `zexa login`, set ZEXA_API_KEY, or use --api-key-stdin
usage-unknown = unexpected argument `{ $argument }`
usage-unknown-command = unknown command `{ $name }`
usage-no-command = a command is required: { $valid }
usage-missing = missing: { $arguments }
usage-repeated = `{ $argument }` cannot be used more than once
usage-conflict = `{ $argument }` cannot be used with { $other }
usage-too-many = unexpected value `{ $value }` for `{ $argument }`
usage-utf8 = an argument is not UTF-8
usage-invalid = the arguments are invalid
usage-suggested = Did you mean { $suggested }?
usage-quotes = A text or a file name with spaces needs quotes, as in "Hello Ana".
usage-more = For more information, use --help.

# Words of the help, which are only replaced in other languages.
word-usage = Usage:
word-commands = Commands:
word-arguments = Arguments:
word-options = Options:
word-global-options = Global options:
word-examples = Examples:
word-options-place = [OPTIONS]
word-command-place = <COMMAND>
word-settle-places = <FILE> [KEY]... <sent [ID]|not-sent>
word-default = [default:
word-values = [possible values:

# Headings of the man pages.
man-manual = Zexa manual
man-name = NAME
man-synopsis = SYNOPSIS
man-description = DESCRIPTION
man-options = OPTIONS
man-global-options = GLOBAL OPTIONS
man-commands = COMMANDS
man-examples = EXAMPLES
man-exit-codes = EXIT STATUS
man-values = Possible values:
man-version = VERSION
