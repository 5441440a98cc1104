#!/bin/sh
# Looks for what `make demo` needs, before anything is built.
set -eu

rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
missing=
cargo=${CARGO:-cargo} # may have options
for command in "${cargo%% *}" cc git; do
    command -v "$command" >/dev/null 2>&1 || missing="$missing $command"
done
if [ -n "$missing" ]; then
    echo "error: not found:$missing" >&2
    echo "hint: the demo needs Rust $rust or later (cargo, see https://rustup.rs), a C linker (cc) and git" >&2
    exit 1
fi
version=$($cargo --version | sed 's/^cargo \([0-9.]*\).*/\1/')
if [ "$(printf '%s\n' "$rust" "$version" | sort -V | head -n 1)" != "$rust" ]; then
    echo "error: Rust is version $version, and the demo needs $rust or later" >&2
    echo "hint: rustup update stable, see https://rustup.rs" >&2
    exit 1
fi
