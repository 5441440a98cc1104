{ set +ex; } 2>/dev/null
# Finds jira-send on this agent, checks it and starts it once for a pipeline step; run.bat does the same on Windows.
#
# No "#!" line: Jenkins then runs this text by "sh -xe", which works on a file system without execution (noexec) too.
# The line above stops the tracing. The step passes everything by the environment; this text never changes.
#
# The program comes from JIRA_SEND_BIN, PATH, the user's cache, the mirror, or a file that the step delivers when this
# script asks for it ("needs"). What comes from the last three runs only when its SHA-256 is the one in the manifest.
#
# stdout is the program's, or one line of JSON from here. The exit code is 0 whatever the program's is, and never 0
# after a signal: Jenkins would forget that the build was stopped.
set -uf

# jira-send, version, and in a release the SHA-256 and name of each file, which release/pack.sh adds.
manifest='jira-send 0.1.0'

folder=${JIRA_SEND_TMP:-} version='' file='' sha256='' program='' new='' keep='' skipped=''

# shellcheck disable=SC2317 # the traps call it
clean() {
    [ -z "$new" ] || rm -f "$new"
    if [ -n "$folder" ] && [ -z "$keep" ]; then
        rm -f "$folder/request.json" ${file:+"$folder/$file"}
        rmdir "$folder" 2>/dev/null
    fi
    # In mksh, this is the exit code of the script.
    return 0
}

trap clean EXIT
trap 'trap - EXIT; clean; exit 129' HUP
trap 'trap - EXIT; clean; exit 130' INT
trap 'trap - EXIT; clean; exit 143' TERM

# For the log of the build.
say() {
    printf 'jira-send: %s\n' "$*" >&2
}

# The last line for the step. Nothing in it needs an escape.
problem() {
    printf '{"protocol":1,"problem":"%s"}\n' "$(printf '%s' "$*" | LC_ALL=C tr -s '\001-\037"\\\177' ' ')"
    exit 0
}

plain() {
    case $1 in
        '' | *[!A-Za-z0-9._+-]*) printf 'unknown' ;;
        *) printf '%s' "$1" ;;
    esac
}

# The version of a program; nothing when it does not start or is something else.
version_of() {
    answer=$("$1" --version </dev/null 2>/dev/null) || answer=''
    case $answer in 'jira-send '*) plain "${answer#jira-send }" ;; esac
}

# Sets sum to the SHA-256 of a file. openssl is twice as fast as the others.
digest() {
    for tool in 'openssl dgst -sha256 -r' sha256sum 'shasum -a 256' 'busybox sha256sum'; do
        command -v "${tool%% *}" >/dev/null 2>&1 || continue
        # shellcheck disable=SC2086 # words
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

# Whether a folder, and the files in it that are named, are this user's or root's and nobody else can write to them:
# another user could replace the file between its check and its start.
is_private() {
    place=$1
    shift
    # Of each: mode, links, owner, group, size, month, day, time, name.
    # shellcheck disable=SC2012,SC2046 # no other tool shows owner and mode on every system; words
    set -- $(cd "$place" 2>/dev/null && LC_ALL=C TIME_STYLE=locale exec ls -ldn . "$@" 2>/dev/null)
    [ $# -ge 9 ] || return 1
    while [ $# -ge 9 ]; do
        case $1 in l* | ?????w* | ????????w*) return 1 ;; esac
        # shellcheck disable=SC3067 # every shell of the tests has -O
        [ "$3" = 0 ] || [ -O "$place/$9" ] || return 1
        shift 9
    done
    [ $# -eq 0 ]
}

# Takes the program from a cache, if it is there and is the right one.
take() {
    [ -n "$1" ] && [ -f "$1/$file" ] && is_private "$1" "$file" || return 1
    if ! is_right "$1/$file"; then
        [ -z "$sum" ] || [ -n "${JIRA_SEND_DELIVERED:-}" ] || say "the cached file $1/$file was damaged or changed (SHA-256 $sum); it is replaced"
        return 1
    fi
    [ -x "$1/$file" ] && program=$1/$file
}

# Puts a checked program into a cache. Many builds may do so at once: each writes a file of its own, and renames it.
put() {
    [ -n "$2" ] && (umask 077 && mkdir -p "$2") 2>/dev/null && is_private "$2" && [ ! -d "$2/$file" ] || return 1
    new=$2/.$file.${folder##*/}
    if (umask 077 && cat "$1" >"$new") 2>/dev/null && is_right "$new" && chmod 700 "$new" \
        && [ "$(version_of "$new")" = "$version" ] && mv -f "$new" "$2/$file" 2>/dev/null; then
        new='' program=$2/$file
        # Other versions after a month, and what a killed build left.
        find "$2/." ! -name . -prune -type f ! -name "$file" \( -name "jira-send-[0-9]*-$system" -mtime +30 \
            -o -name ".jira-send-[0-9]*-$system.*" -mtime +1 \) -exec rm -f {} + 2>/dev/null
        return 0
    fi
    rm -f "$new" 2>/dev/null
    new=''
    return 1
}

# Downloads the address $1 to the file $2 in a bounded time. Prints why it failed, and only then.
download() (
    # No credential of any site. Without sed and the like, which an agent may lack.
    for name in $(export -p); do
        name=${name%%=*}
        case $name in *[!A-Za-z0-9_]*) ;; JIRA_CLIENT_*) unset "$name" ;; esac
    done
    if command -v curl >/dev/null 2>&1; then
        told=$(curl --fail --silent --show-error --globoff --location --proto "=${1%%:*}" --max-redirs 5 --netrc-optional \
            --connect-timeout 5 --max-time 30 --max-filesize 100000000 --output "$2" "$1" 2>&1) && exit
    elif command -v wget >/dev/null 2>&1; then
        limit='' options=-q
        ! command -v timeout >/dev/null 2>&1 || limit='timeout 30'
        # Not of busybox, whose -q still prints errors.
        ! wget --version >/dev/null 2>&1 || options='-nv --timeout=5 --tries=1'
        # shellcheck disable=SC2086 # words
        told=$($limit wget $options -O "$2" "$1" 2>&1) && exit
        told="${told:-no answer in time} (wget: exit code $?)"
    else
        told='this agent has neither curl nor wget'
    fi
    # What follows a question mark may be a signature.
    case $told in *"$1"*) told="${told%%"$1"*}${1%%\?*}${told#*"$1"}" ;; esac
    printf '%s' "$told" | head -c 400
    exit 1
)

# Gets the program from the mirror into the file $1, or sets why.
fetch() {
    mirror=${JIRA_SEND_MIRROR%/} why=''
    address=$mirror/$file
    host=${mirror#*://}
    case ${host%%/*} in *@*) why='it must not contain a user or password (use ~/.netrc)'; return 1 ;; esac
    case $mirror in
        /*) cat 2>/dev/null <"$mirror/$file" >"$1" || why="the folder has no readable file $file" ;;
        https://* | http://127.0.0.1[:/]* | http://localhost[:/]*)
            why=$(download "$address" "$1") || { why="${address%%\?*}: $why"; return 1; }
            case $(head -c 1 "$1" 2>/dev/null | tr -d '\0') in
                '<') why="${address%%\?*} is a web page, not the program; check the address, and whether it needs a login" ;;
            esac
            ;;
        *) why='it must be an https address or the absolute path of a folder' ;;
    esac
    [ -z "$why" ] || return 1
    is_right "$1" && return
    why="${address%%\?*} is not the file of the manifest: its SHA-256 is ${sum:-unknown}, not $sha256"
    return 1
}

# Finds the file of this system, and its SHA-256, in the manifest.
choose() {
    # shellcheck disable=SC2046 # words
    set -- $(uname -sm 2>/dev/null) '' ''
    case $1 in Linux) system=linux ;; Darwin) system=macos ;; *) system=$(plain "$1") ;; esac
    case $2 in
        x86_64 | amd64) system=$system-x86_64 ;;
        aarch64 | arm64) system=$system-aarch64 ;;
        *) system=$system-$(plain "$2") ;;
    esac
    # shellcheck disable=SC2086 # words
    set -- $manifest
    [ $# -gt 2 ] || problem "${skipped}jira-send is not installed on this agent, and this branch of the library is not a release, which can deliver it: use a branch release/vVERSION, put the program in a directory of PATH, or set JIRA_SEND_BIN to its path"
    shift 2
    while [ $# -ge 2 ]; do
        [ "$2" != "jira-send-$version-$system" ] || { sha256=$1 file=$2; }
        shift 2
    done
    [ -n "$file" ] || problem "${skipped}this release of the library has no jira-send for this agent ($system): build it, and put it in a directory of PATH or set JIRA_SEND_BIN to its path"
}

# Sets cache, and second, which is used where that cannot be.
places() {
    cache=${JIRA_SEND_CACHE:-} second=${WORKSPACE_TMP:+$WORKSPACE_TMP/jira-send-cache}
    if [ -z "$cache" ]; then
        case ${XDG_CACHE_HOME:-} in
            /*) cache=$XDG_CACHE_HOME/jira-send ;;
            *) case ${HOME:-} in /?*) cache=$HOME/.cache/jira-send ;; esac ;;
        esac
    fi
    case $cache in
        /*) cache=$(cd -P "$cache" 2>/dev/null && pwd -P || printf '%s' "$cache") ;;
        *) cache='' ;;
    esac
}

# The program from a cache, the mirror, or the step.
deliver() {
    choose
    places
    take "$cache" && return
    # A volume that is open to others, as in Kubernetes: a folder of this user's own in it.
    if [ -d "$cache" ] && ! is_private "$cache"; then
        cache=$cache/$(id -u)
        [ ! -L "$cache" ] || cache=''
        take "$cache" && return
    fi
    take "$second" && return

    digest /dev/null || problem 'jira-send cannot be checked on this agent, which has none of openssl, sha256sum, shasum and busybox: install one, put jira-send in a directory of PATH, or set JIRA_SEND_BIN to its path'
    source=$folder/$file
    case ${JIRA_SEND_DELIVERED:-} in
        '')
            if [ -z "${JIRA_SEND_MIRROR:-}" ] || ! fetch "$source"; then
                [ -z "${JIRA_SEND_MIRROR:-}" ] || say "JIRA_SEND_MIRROR: $why"
                rm -f "$source"
                # The step writes the file into the folder, and starts this script once more.
                keep=yes
                printf '{"protocol":1,"needs":"%s"}\n' "$file"
                exit 0
            fi
            ;;
        file) is_right "$source" || problem "${skipped}the library jira-send-program has another $file than the manifest of the library jira-send (SHA-256 ${sum:-unknown}, not $sha256): use the same release of both" ;;
        *) problem "${skipped}jira-send is not on this agent and could not be delivered${JIRA_SEND_MIRROR:+, and the mirror failed (see above)}: set up the library jira-send-program in Jenkins, set JIRA_SEND_MIRROR, or put jira-send $version in a directory of PATH" ;;
    esac

    put "$source" "$cache" && return
    [ -z "${JIRA_SEND_CACHE:-}" ] || say 'JIRA_SEND_CACHE is not used: it must be the absolute path of a folder to which this user can write and from which programs can run'
    put "$source" "$second" && return
    # For this call alone.
    chmod 700 "$source" && why=$("$source" --version 2>&1 >/dev/null) && program=$source && return
    problem "$file cannot run on this agent: $why. If its file systems do not allow execution (noexec), set JIRA_SEND_CACHE to a folder that does"
}

[ -n "$folder" ] || problem 'JIRA_SEND_TMP is not set: use the steps of the library, not this script'
# shellcheck disable=SC2086 # words
set -- $manifest
version=$2

program=${JIRA_SEND_BIN:-}
if [ -n "$program" ]; then
    # Without a slash the shell would look in PATH.
    case $program in */*) ;; *) program=./$program ;; esac
    [ -f "$program" ] || problem 'JIRA_SEND_BIN does not name a file on this agent: set it to the path of the jira-send program'
    [ -x "$program" ] || problem 'the file that JIRA_SEND_BIN names is not executable: run chmod +x on it'
    found=$(version_of "$program")
    [ -z "$found" ] || [ "$found" = "$version" ] || say "JIRA_SEND_BIN is version $found, and the library is $version: use the same, or unset JIRA_SEND_BIN"
elif command -v jira-send >/dev/null 2>&1; then
    found=$(version_of jira-send)
    if [ "$found" = "$version" ]; then
        program=jira-send
    else
        skipped="the jira-send in PATH is version ${found:-unknown}, and the library needs $version; "
    fi
fi
if [ -z "$program" ]; then
    deliver
    [ -z "$skipped" ] || say "${skipped}it is not used"
fi

"$program" step "$folder/request.json"
code=$?
# ksh adds 256 to the number of a signal, yash 384, all others 128.
while [ "$code" -gt 255 ]; do code=$((code - 128)); done
[ "$code" -ne 0 ] || exit 0
# The program may have stopped in the middle of a line.
echo
case $code in
    126 | 127) problem 'jira-send could not be started on this agent (built for another system or processor, or on a noexec file system); the log above has the reason' ;;
    *) problem "jira-send stopped with exit code $code; the log above has the reason. A program for another system or processor can look like this, too" ;;
esac
