#!/bin/sh
# Tortures the program for so many minutes: kills, drives that are full or hang, limits of the machine, 100,000 updates.
# Everything is run again until the time is up; the first failure ends it.
set -eu

minutes=${1:-10}
cargo=${CARGO:-cargo}
end=$(($(date +%s) + minutes * 60))
project=$(cd "$(dirname "$0")/.." && pwd)
cd "$project"
"$cargo" build --locked --quiet --package jira-send --package jira-sandbox
"$cargo" test --locked --quiet --test cli --no-run
program=$project/target/debug/jira-send

folder=$(mktemp -d)
sandbox=
clean_up() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

mkfifo "$folder/address"
"$project/target/debug/jira-sandbox" >"$folder/address" &
sandbox=$!
read -r url <"$folder/address"

export JIRA_SITE="$url" JIRA_API_URL="$url" JIRA_CLIENT_ID=sandbox-client JIRA_CLIENT_SECRET=sandbox-secret
export JOB_NAME=torture BUILD_URL=https://ci.example.com/job/torture/1/

fail() {
    echo "torture: $*" >&2
    exit 1
}

waiting() { # folder
    find "$1" -maxdepth 1 -name '*.json' | wc -l
}

# Builds that wait in an outbox since nobody answers; a copy of one update each, named as the program names them.
fill() { # folder, count
    rm -rf "$1"
    JIRA_SEND_OUTBOX=$1 JIRA_API_URL=http://127.0.0.1:1 BUILD_NUMBER=1 "$program" build --state successful \
        --issue-keys ABC-1 --on-error queue --budget 1 >/dev/null 2>&1 || fail "nothing was queued"
    python3 tests/copies.py "$1" "$2"
}

# Nothing goes lost between two drives of which one is too small: what was queued is there, whole, or was reported.
full_drive() {
    if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
        echo "torture: a full drive needs root and a namespace; skipped"
        return
    fi
    mkdir -p "$folder/small"
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount sh -euc '
        mount -t tmpfs -o size=64k tmpfs "$1/small"
        kept=0 lost=0 number=0
        while [ "$number" -lt 40 ]; do
            number=$((number + 1))
            if BUILD_NUMBER=$number JIRA_API_URL=http://127.0.0.1:1 "$2" build --state successful --issue-keys ABC-1 \
                --outbox "$1/small" --on-error queue --budget 1 2>"$1/said"; then
                kept=$((kept + 1))
            else
                lost=$((lost + 1))
                grep -q "is lost" "$1/said" || { cat "$1/said" >&2; exit 1; }
            fi
        done
        [ "$lost" -gt 0 ] || { echo "the drive was never full" >&2; exit 1; }
        "$2" flush --outbox "$1/small" --budget 60 2>"$1/said" || { cat "$1/said" >&2; exit 1; }
        grep -q "outbox: $kept delivered" "$1/said" || { echo "$kept were kept" >&2; cat "$1/said" >&2; exit 1; }
    ' sh "$folder" "$program" || fail "a full drive"
}

many() { # count
    fill "$folder/many" "$1"
    before=$(waiting "$folder/many")
    [ "$before" = "$1" ] || fail "$before of $1 updates wait"
    "$program" flush --outbox "$folder/many" --outbox-max-entries 1000000 --outbox-max-size 10000 --budget 3600 \
        >/dev/null 2>"$folder/said" || { tail -5 "$folder/said" >&2; fail "many updates"; }
    grep -q "outbox: $1 delivered" "$folder/said" || { tail -5 "$folder/said" >&2; fail "many updates"; }
}

tests() { # filters
    JIRA_SEND_KILLS=1000 "$cargo" test --locked --quiet --test cli -- "$@" >"$folder/tests" 2>&1 ||
        { cat "$folder/tests" >&2; fail "$*"; }
}

round=0
while :; do
    round=$((round + 1))
    echo "torture: round $round"
    full_drive
    tests kills hangs head_of_line wrap::signals outbox
    many 100000
    [ "$(date +%s)" -lt "$end" ] || break
done
echo "torture: passed"
