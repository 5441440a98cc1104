#!/bin/sh
# Finds the jira-send binary on this agent, starts it once for a pipeline step and passes its JSON answer on. The step
# says everything by environment variables; this text is the same for every call. The line above keeps Jenkins from
# tracing it (sh -x). run.ps1 does the same on Windows.
#
# The binary comes from JIRA_SEND_BIN, PATH, the user's cache, the library (which hands it over when this script asks
# for it), or the mirror. What comes from the last three runs only when its SHA-256 is the one in the manifest.
#
# It ends with 0 whatever the binary says, because the answer carries the exit code. Only a signal ends it otherwise:
# Jenkins takes 0 after a stop for a success and would forget the stop.
set -uf

directory=${JIRA_SEND_TMP:-}
version='' file='' sha256='' binary='' new='' keep='' passed_over=''

clean() {
    [ -z "$new" ] || rm -f "$new"
    if [ -z "$keep" ] && [ -n "$directory" ] && [ -d "$directory" ]; then
        rm -f "$directory/changes.jsonl" "$directory/flags.json" "$directory/parameters.json" ${file:+"$directory/$file"}
        rmdir "$directory" 2>/dev/null
    fi
}

trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# For the log of the build.
say() {
    printf 'jira-send: %s\n' "$*" >&2
}

# What stands in the JSON must need no escapes: texts of this script, and what plain() let through.
answer() {
    printf '{"outcome":"%s","exit_code":%d,"message":"%s","issue_keys":[],"sites":[]}\n' "$1" "$2" "$3"
    exit 0
}

fail() {
    answer invalid "$1" "$2"
}

plain() {
    case $1 in
        '' | *[!A-Za-z0-9._+-]*) printf 'unknown' ;;
        *) printf '%s' "$1" ;;
    esac
}

# The version that a binary tells; nothing when it does not start or is something else.
version_of() {
    told=$("$1" --version </dev/null 2>/dev/null) || told=''
    case $told in
        'jira-send '*) plain "${told#jira-send }" ;;
    esac
}

# Sets sum to the SHA-256 of a file. Fails when no tool on this agent gives one.
digest() {
    for tool in 'openssl dgst -sha256 -r' sha256sum 'shasum -a 256' 'busybox sha256sum'; do
        command -v "${tool%% *}" >/dev/null 2>&1 || continue
        sum=$($tool 2>/dev/null <"$1") || continue
        sum=${sum%% *}
        [ ${#sum} -ne 64 ] || return 0
    done
    sum=''
    return 1
}

is_right() {
    [ -f "$1" ] && [ ! -L "$1" ] && digest "$1" && [ "$sum" = "$sha256" ]
}

# Whether these are the build's user's or root's, and nobody else may change them: another user could put a file in the
# place of the one that has just been checked. Symbolic links count as open to everybody.
is_private() {
    user=$(id -u 2>/dev/null) || return 1
    # shellcheck disable=SC2012 # no other tool shows owner and mode on every system
    ls -ldn "$@" 2>/dev/null | (
        seen=''
        while read -r mode _ owner _; do
            case $mode in ?????w* | ????????w*) exit 1 ;; esac
            [ "$owner" = "$user" ] || [ "$owner" = 0 ] || exit 1
            seen=yes
        done
        [ -n "$seen" ]
    )
}

# Takes the binary from a cache, when it is there and is the right one.
take() {
    [ -n "$1" ] && [ -f "$1/$file" ] && is_private "$1" "$1/$file" || return 1
    if ! is_right "$1/$file"; then
        [ -z "$sum" ] || say "the cached file $1/$file is damaged or was changed: its SHA-256 is $sum, not $sha256. It is not run, and replaced."
        return 1
    fi
    [ -x "$1/$file" ] || return 1
    binary=$1/$file
}

# Puts a checked binary into a cache. Many builds may do so at once: each writes a file of its own, and moves it.
put() {
    [ -n "$2" ] && (umask 077 && mkdir -p "$2") 2>/dev/null && is_private "$2" && [ ! -d "$2/$file" ] || return 1
    new=$2/.$file.${directory##*/}
    if (umask 077 && cat "$1" >"$new") 2>/dev/null && is_right "$new" && chmod 700 "$new" \
        && [ "$(version_of "$new")" = "$version" ] && mv -f "$new" "$2/$file" 2>/dev/null; then
        new=''
        binary=$2/$file
        # Other versions that were put here long ago, and what a killed build left.
        find "$2/." ! -name . -prune -type f ! -name "$file" \( -name "jira-send-[0-9]*-$system-$machine" -mtime +30 \
            -o -name ".jira-send-[0-9]*-$system-$machine.*" -mtime +1 \) -exec rm -f {} + 2>/dev/null
        return 0
    fi
    rm -f "$new" 2>/dev/null
    new=''
    return 1
}

# Downloads an address into a file, in a bounded time. No credential of Jira is in the environment of the tool.
download() {
    unset JIRA_CLIENT_ID JIRA_CLIENT_SECRET JIRA_CLIENT_SECRET_FILE
    if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --proto "=${1%%:*}" --max-redirs 5 --netrc-optional \
            --connect-timeout 5 --max-time 30 --max-filesize 100000000 --output "$2" "$1" >&2
    elif command -v wget >/dev/null 2>&1; then
        limits='' options=''
        ! command -v timeout >/dev/null 2>&1 || limits='timeout 30'
        # The wget of busybox knows no version. What it does not check about the server, the SHA-256 does.
        ! wget --version >/dev/null 2>&1 || options='--timeout=5 --tries=1'
        # shellcheck disable=SC2086 # two words
        $limits wget -q $options -O "$2" "$1" >&2 || { say "wget ended with $?."; return 1; }
    else
        return 127
    fi
}

# Gets the binary from the mirror to the file $1, or sets why to what became of it.
fetch() {
    mirror=${JIRA_SEND_MIRROR%/}
    host=${mirror#*://}
    case ${host%%/*} in
        *@*) why='JIRA_SEND_MIRROR must not hold a user or password (use ~/.netrc)'; return 1 ;;
    esac
    case $mirror in
        /*)
            cat 2>/dev/null <"$mirror/$file" >"$1" && return 0
            why='the folder JIRA_SEND_MIRROR has no readable file of this name'
            ;;
        https://* | http://127.0.0.1[:/]* | http://localhost[:/]*)
            (download "$mirror/$file" "$1")
            case $? in
                0)
                    case $(head -c 1 "$1" 2>/dev/null | tr -d '\0') in
                        '<') why='the mirror gave a page instead of the file; is the address right, and does it need a login?' ;;
                        *) return 0 ;;
                    esac
                    ;;
                127) why='this agent has neither curl nor wget for the download' ;;
                *) why='the download from JIRA_SEND_MIRROR failed; the log above has the reason' ;;
            esac
            ;;
        *) why='JIRA_SEND_MIRROR must be an address with https, or the absolute path of a folder' ;;
    esac
    return 1
}

# The binary of this system, by its name and SHA-256 in the manifest.
choose() {
    # shellcheck disable=SC2046 # two words
    set -- $(uname -sm 2>/dev/null) '' ''
    case $1 in Linux) system=linux ;; Darwin) system=macos ;; *) system=$(plain "$1") ;; esac
    case $2 in x86_64 | amd64) machine=x86_64 ;; aarch64 | arm64) machine=aarch64 ;; *) machine=$(plain "$2") ;; esac
    wanted=jira-send-$version-$system-$machine
    # shellcheck disable=SC2086 # words: jira-send, version, then SHA-256 and name of each file
    set -- ${JIRA_SEND_MANIFEST:-}
    if [ $# -le 2 ]; then
        fail 127 "${passed_over}jira-send was not found on this agent; put the binary into a directory of PATH, or set JIRA_SEND_BIN to its path. This copy of the library is not a release, which would bring it along."
    fi
    shift 2
    while [ $# -ge 2 ]; do
        [ "$2" != "$wanted" ] || { sha256=$1 file=$2; }
        shift 2
    done
    [ -n "$file" ] || fail 127 "${passed_over}The library has no jira-send for this agent ($system, $machine); build it, put it into a directory of PATH, or set JIRA_SEND_BIN to its path."
}

# The binary from a cache, from the library, or from the mirror.
deliver() {
    choose
    [ -n "$directory" ] || fail 2 'JIRA_SEND_TMP is not set; use the steps of the library, not the launcher.'
    cache=${JIRA_SEND_CACHE:-}
    if [ -z "$cache" ]; then
        case ${XDG_CACHE_HOME:-} in
            /*) cache=$XDG_CACHE_HOME/jira-send ;;
            *) case ${HOME:-} in /?*) cache=$HOME/.cache/jira-send ;; esac ;;
        esac
    fi
    case $cache in
        /*) cache=$(cd -P "$cache" 2>/dev/null && pwd -P || printf '%s' "$cache") ;;
        ?*) say 'JIRA_SEND_CACHE is not used: it must be an absolute path.'; cache='' ;;
    esac
    # Where that cannot be used: beside the workspace, where Jenkins keeps its own scripts.
    second=${WORKSPACE_TMP:+$WORKSPACE_TMP/jira-send-cache}
    take "$cache" || take "$second" && return

    if ! digest /dev/null; then
        fail 127 'jira-send cannot be checked on this agent: it has none of sha256sum, openssl, shasum and busybox. Install one, put jira-send into a directory of PATH, or set JIRA_SEND_BIN to its path.'
    fi
    source=$directory/$file why=''
    case ${JIRA_SEND_FROM_LIBRARY:-} in
        '')
            # The step writes the file, and starts this script once more.
            keep=yes
            answer needs_binary 127 "$file"
            ;;
        file) is_right "$source" || { why='the file in the library is not the one of its manifest'; say "$why: its SHA-256 is ${sum:-unknown}, not $sha256."; } ;;
        *) why='the library carries no files, and JIRA_SEND_MIRROR is not set' ;;
    esac
    if [ -n "$why" ] && [ -n "${JIRA_SEND_MIRROR:-}" ]; then
        mkdir -p "$directory" && rm -f "$source"
        if fetch "$source"; then
            why=''
            is_right "$source" || { why='what the mirror gave is not the file of the manifest (another one, or cut off)'; say "$why: its SHA-256 is ${sum:-unknown}, not $sha256."; }
        fi
    fi
    [ -z "$why" ] || fail 127 "${passed_over}$file could not be had: $why. Put jira-send $version into a directory of PATH, or set JIRA_SEND_BIN to its path."

    put "$source" "$cache" && return
    [ -z "${JIRA_SEND_CACHE:-}" ] || say "JIRA_SEND_CACHE is not used: it must be a folder that this user can write to and run programs from, and that no other user can write to."
    put "$source" "$second" && return
    # For this call alone.
    if chmod 700 "$source" && [ "$(version_of "$source")" = "$version" ]; then
        binary=$source
        return
    fi
    "$source" --version >/dev/null
    fail 126 "$file was delivered but could not be started; the log above has the reason. When it is a noexec file system, set JIRA_SEND_CACHE to a folder from which programs can be run."
}

[ -n "${JIRA_SEND_COMMAND:-}" ] || fail 2 'JIRA_SEND_COMMAND is not set; use the steps of the library, not the launcher.'

# shellcheck disable=SC2086 # words
set -- ${JIRA_SEND_MANIFEST:-}
version=${2:-}

binary=${JIRA_SEND_BIN:-}
if [ -n "$binary" ]; then
    # Without a slash the shell would look in PATH.
    case $binary in */*) ;; *) binary=./$binary ;; esac
    [ -f "$binary" ] || fail 127 'JIRA_SEND_BIN names no file on this agent; set it to the path of the jira-send binary.'
    [ -x "$binary" ] || fail 126 'The file that JIRA_SEND_BIN names is not executable; run chmod +x on it on this agent.'
    if [ -n "$version" ]; then
        found=$(version_of "$binary")
        # It is the user's own choice: said, and done.
        [ -z "$found" ] || [ "$found" = "$version" ] || say "JIRA_SEND_BIN names version $found, the library is version $version; take the same, or leave JIRA_SEND_BIN out."
    fi
elif command -v jira-send >/dev/null 2>&1; then
    binary=jira-send
    if [ -n "$version" ]; then
        found=$(version_of jira-send)
        if [ "$found" != "$version" ]; then
            passed_over="The jira-send in PATH is version ${found:-unknown}, the library needs $version. "
            say "the one in PATH is version ${found:-unknown}, the library needs $version: it is passed over."
            binary=''
        fi
    fi
fi
[ -n "$binary" ] || deliver

answer=$("$binary" "$JIRA_SEND_COMMAND")
status=$?
# ksh adds 256 to the number of a signal, all others 128.
[ "$status" -le 255 ] || status=$((status - 128))

if [ -n "$answer" ]; then
    printf '%s\n' "$answer"
    exit 0
fi
case $status in
    126 | 127) fail "$status" 'jira-send could not be started on this agent (built for another system or processor, or on a noexec file system); the log above has the reason.' ;;
    0) fail 1 'jira-send ended without an answer; check that the file is the jira-send binary of this version.' ;;
    *) fail "$status" 'jira-send ended without an answer; the log above has the reason. A file that was built for another system can show like this, too.' ;;
esac
