#!/bin/sh
# Makes a package for Debian and Ubuntu, with the program, shell completions and manual pages, and prints its path. Whoever
# builds it is its maintainer: user.name and user.email of git.
#
# usage: release/deb.sh [OPTIONS OF CARGO DEB]
set -eu

cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

fail() {
    echo "error: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

"$cargo" deb --version >/dev/null 2>&1 || fail 'cargo-deb is not installed' 'cargo install --locked cargo-deb'
name=$(git config user.name) && email=$(git config user.email) ||
    fail 'git does not know the maintainer of the package' 'set user.name and user.email with git config'

rm -rf target/pages
JIRA_SEND_PAGES=$PWD/target/pages "$cargo" test --quiet --locked --package jira-send --bin jira-send pages >/dev/null
[ -f target/pages/man/jira-send.1 ] ||
    fail 'could not make the shell completions and the manual' 'cargo test --bin jira-send pages must pass'
"$cargo" deb --locked --maintainer "$name <$email>" "$@"
