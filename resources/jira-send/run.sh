#!/bin/sh
# Starts the jira-send binary once for a pipeline step and passes its JSON answer on. The step says everything by
# environment variables; this text is the same for every call. The line above keeps Jenkins from tracing it (sh -x).
#
# It ends with 0 whatever the binary says, because the answer carries the exit code. Only a signal ends it otherwise:
# Jenkins takes 0 after a stop for a success and would forget the stop.
set -u

directory=${JIRA_SEND_TMP:-}

clean() {
    if [ -n "$directory" ] && [ -d "$directory" ]; then
        rm -f "$directory/changes.jsonl" "$directory/flags.json" "$directory/parameters.json"
        rmdir "$directory" 2>/dev/null
    fi
}

trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Texts are constants: nothing from outside gets into the JSON but the number.
fail() {
    printf '{"outcome":"invalid","exit_code":%d,"message":"%s","issue_keys":[],"sites":[]}\n' "$1" "$2"
    exit 0
}

[ -n "${JIRA_SEND_COMMAND:-}" ] || fail 2 'JIRA_SEND_COMMAND is not set; use the steps of the library, not the launcher.'

binary=${JIRA_SEND_BIN:-}
if [ -n "$binary" ]; then
    # Without a slash the shell would look in PATH.
    case $binary in */*) ;; *) binary=./$binary ;; esac
    [ -f "$binary" ] || fail 127 'JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.'
    [ -x "$binary" ] || fail 126 'The file that JIRA_SEND_BIN names is not executable; run chmod +x on it on this agent.'
elif command -v jira-send >/dev/null 2>&1; then
    binary=jira-send
else
    fail 127 'jira-send was not found on this agent; put the binary into a directory of PATH, or set JIRA_SEND_BIN to its path.'
fi

answer=$("$binary" "$JIRA_SEND_COMMAND")
status=$?

if [ -n "$answer" ]; then
    printf '%s\n' "$answer"
    exit 0
fi
case $status in
    126 | 127) fail "$status" 'jira-send could not be started on this agent (built for another system or processor, or on a noexec file system); the log above has the reason.' ;;
    0) fail 1 'jira-send ended without an answer; check that the file is the jira-send binary of this version.' ;;
    *) fail "$status" 'jira-send ended without an answer; the log above has the reason. A file that was built for another system can show like this, too.' ;;
esac
