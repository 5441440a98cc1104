#!/bin/sh
# Looks for what `make test` needs. On a Debian machine, as root, it installs what is missing.
set -eu

missing=
want() { # command, Debian package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
want git git
want cc gcc
want curl curl
want prlimit util-linux
want javac default-jdk-headless
want mvn maven
want dash dash
want busybox busybox

if [ -n "$missing" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    apt-get install -qq --no-install-recommends $missing >/dev/null
    missing=
fi
if [ -n "$missing" ]; then
    echo "error: make test needs:$missing" >&2
    echo "hint: on Debian: sudo apt-get install$missing" >&2
    exit 1
fi
if ! command -v cargo >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1 || ! cargo fmt --version >/dev/null 2>&1; then
    echo "error: make test needs Rust with cargo, clippy and rustfmt, version $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) or later" >&2
    echo "hint: see https://rustup.rs; then: rustup component add clippy rustfmt" >&2
    exit 1
fi
