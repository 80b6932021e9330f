#!/bin/sh
# Maturin calls this program instead of cargo in `cargo xtask dist --target`. The library and the program are already built: it prints the messages of that
# build.

case "$1" in
rustc | build) exec cat "$ZEXA_CARGO_MESSAGES" ;;
*) exec cargo "$@" ;;
esac
