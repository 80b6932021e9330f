#!/bin/sh
# Maturin calls this program instead of cargo in the step `cli-wheel`, with `rustc` and the options of the build.
#
# Builds with the features that dependencies have in a build of the whole workspace, as the step `build` does. The program is then up to date. Cargo would
# choose other features for the package alone, and compile its dependencies again.

if [ "$1" = rustc ]; then
    shift
    exec cargo build --workspace --examples "$@"
fi
exec cargo "$@"
