#!/bin/sh
# Installs jira-send from the files of a release, and only if it is the file whose SHA-256 SHA256SUMS has.
#
# usage: install.sh FROM VERSION [FOLDER]
#
#   FROM     where the files of the release are: the URL of a web server, or a folder
#   VERSION  such as 0.1.0
#   FOLDER   where the program goes [default: /usr/local/bin, or ~/.local/bin where that cannot be written]
set -eu

fail() {
    echo "error: $1" >&2
    [ $# -lt 2 ] || echo "hint: $2" >&2
    exit 1
}

[ $# -ge 2 ] || { sed -n 's/^# \(usage: .*\)/\1/p' "$0" >&2; exit 2; }
from=${1%/} version=${2#v} folder=${3:-}
case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=macos ;;
    *) fail "there is no program for $(uname -s)" 'build it: cargo install --locked --path .' ;;
esac
case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no program for $(uname -m)" 'build it: cargo install --locked --path .' ;;
esac
name=jira-send-$version-$system-$machine
if [ -z "$folder" ]; then
    folder=/usr/local/bin
    [ -w "$folder" ] || folder=$HOME/.local/bin
fi
mkdir -p "$folder"
# Beside its place, so that the last step is a rename: nobody ever sees half a program.
work=$(mktemp -d "$folder/.jira-send.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

get() { # file
    case $from in
        https://* | http://127.0.0.1:* | http://localhost:*)
            if command -v curl >/dev/null 2>&1; then
                curl --fail --silent --show-error --location --output "$work/$1" "$from/$1"
            else
                wget -q -O "$work/$1" "$from/$1"
            fi ;;
        *://*) fail "$from is not https" 'serve the files over https, or name a folder' ;;
        *) cp "$from/$1" "$work/$1" ;;
    esac || fail "could not get $from/$1"
}

get SHA256SUMS
case $(head -c 1 "$work/SHA256SUMS") in
    [0-9a-f]) ;;
    *) fail "$from/SHA256SUMS is not a list of checksums" 'a login page may be answering in its place' ;;
esac
expected=$(awk -v name="$name" '$2 == name { print $1 }' "$work/SHA256SUMS")
[ -n "$expected" ] || fail "this release has no $name" 'SHA256SUMS lists the systems that it has'
get "$name"
if command -v sha256sum >/dev/null 2>&1; then
    actual=$(sha256sum <"$work/$name" | cut -d ' ' -f 1)
else
    actual=$(shasum -a 256 <"$work/$name" | cut -d ' ' -f 1)
fi
[ "$actual" = "$expected" ] || fail "$name is not what SHA256SUMS says: $actual instead of $expected" 'nothing was installed; get the release again, and if it stays like this, ask whoever published it'
chmod 755 "$work/$name"
mv -f "$work/$name" "$folder/jira-send"
echo "installed jira-send $version in $folder" >&2
case :$PATH: in *":$folder:"*) ;; *) echo "hint: add $folder to PATH" >&2 ;; esac
