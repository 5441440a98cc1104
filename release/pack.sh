#!/bin/sh
# Makes a release of the binaries in a folder, called jira-send-VERSION-SYSTEM-MACHINE: manifest, SHA256SUMS, list of
# components (CycloneDX) and one archive for each system (with shell completions and manual pages) in the same folder, and two
# branches:
#
#   release/vVERSION   the library, whose launchers have the SHA-256 of each binary
#   program/vVERSION   a second library with the binaries alone, which a run loads when its agent has none
#
# Jenkins copies a library into the record of each build that loads it, so the first must stay small. The main branch
# never has the binaries: they would stay in its history.
#
# usage: release/pack.sh FOLDER
#        release/pack.sh --check    finds out whether a release can be made, before anything is built
set -eu

folder=${1:?usage: release/pack.sh FOLDER|--check}
[ "$folder" = --check ] || folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
release=release/v$version program=program/v$version
time=$(git log -1 --format=%ct)

fail() {
    echo "error: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# What was built elsewhere is looked at here as well.
check() { # name of a program in the folder
    for path in "$PWD" "${CARGO_HOME:-$HOME/.cargo}" /.cargo/registry; do
        ! LC_ALL=C grep -aqF "$path/" "$folder/$1" || fail "$1 has a path of the machine that built it in it: $path" 'build it with release/build.sh'
    done
    case $1 in
        *-linux-*)
            ! LC_ALL=C grep -aqE '/ld-(linux|musl)[^/ ]*\.so' "$folder/$1" || fail "$1 is not static" 'build it with release/build.sh, for a musl target'
            ! LC_ALL=C grep -aqF /etc/nsswitch.conf "$folder/$1" ||
                fail "$1 is linked statically with glibc, which crashes while it resolves names" 'build it with release/build.sh, for a musl target'
            ;;
    esac
    case $1 in *"-$(uname -s | tr '[:upper:]' '[:lower:]' | sed 's/darwin/macos/')-$(uname -m | sed 's/arm64/aarch64/')")
        chmod +x "$folder/$1"
        said=$("$folder/$1" --version 2>/dev/null) || said=nothing
        [ "$said" = "jira-send $version" ] || fail "$1 is not version $version: it says $said" 'build it from this commit'
    ;; esac
}

[ -z "$(git status --porcelain --untracked-files=no)" ] || fail 'there are changes that are not committed' 'a release is made of what is committed: commit, then build again'
{ git var GIT_COMMITTER_IDENT && git var GIT_AUTHOR_IDENT; } >/dev/null 2>&1 ||
    fail 'git does not know who makes this release' 'set user.name and user.email with git config'
for branch in "$release" "$program"; do
    ! git rev-parse --quiet --verify "refs/heads/$branch" >/dev/null ||
        fail "the branch $branch already exists" "raise the version in Cargo.toml and in the launchers of resources/jira-send; or, if it was never published: git branch -D $branch"
done

[ -z "${MINISIGN_KEY:-}" ] || command -v minisign >/dev/null 2>&1 || fail 'MINISIGN_KEY is set, and minisign is not installed' 'install it, or unset the variable'
[ -z "${COSIGN_KEY:-}" ] || command -v cosign >/dev/null 2>&1 || fail 'COSIGN_KEY is set, and cosign is not installed' 'install it, or unset the variable'
for tool in awk tar gzip sha256sum:shasum; do
    command -v "${tool%:*}" >/dev/null 2>&1 || command -v "${tool#*:}" >/dev/null 2>&1 || fail "${tool%:*} is not installed" 'install it'
done
cargo=${CARGO:-cargo} # may have options
command -v "${cargo%% *}" >/dev/null 2>&1 || fail 'cargo is not installed' 'install Rust, see https://rustup.rs'
[ "$folder" != --check ] || exit 0

rm -f "$folder/manifest" "$folder/install.sh" "$folder/SHA256SUMS"* "$folder/jira-send-$version.cdx.json" "$folder/jira-send-$version-"*.tar.gz
binaries=''
for file in "$folder/jira-send-$version-"*; do
    name=${file##*/}
    case ${name#"jira-send-$version-"} in
        linux-x86_64 | linux-aarch64 | macos-x86_64 | macos-aarch64 | windows-x86_64.exe) ;;
        *) fail "$folder has no binary of version $version, or one of an unknown system: $name" 'run release/build.sh, or name the folder with BINARIES=FOLDER' ;;
    esac
    binaries="$binaries $name"
    check "$name"
done

# The agents' launchers look each file up here.
{
    echo "jira-send $version"
    for name in $binaries; do
        echo "$(sha256 "$folder/$name") $name"
    done
} >"$folder/manifest"

# What the program is made of, for those who must know when a library has a hole.
checksums=$(awk '$1 == "name" { name = $3 } $1 == "version" { version = $3 } $1 == "checksum" { print name version, $3 }' Cargo.lock | tr -d '"')
tree=$(for name in $binaries; do
    case $name in
        *-linux-x86_64) target=x86_64-unknown-linux-musl ;;
        *-linux-aarch64) target=aarch64-unknown-linux-musl ;;
        *-macos-x86_64) target=x86_64-apple-darwin ;;
        *-macos-aarch64) target=aarch64-apple-darwin ;;
        *) target=x86_64-pc-windows-msvc ;;
    esac
    ${CARGO:-cargo} tree --quiet --locked --package jira-send --edges normal --target "$target" --prefix depth --format '{p}|{l}' || exit 1
done)
{
printf '%s\n' "$tree" |
    sed 's/^[0-9]*//; s/ (.*)|/|/; s/ (\*)$//; s/^\([^ ]*\) v/\1 /' | LC_ALL=C sort -u |
    CHECKSUMS=$checksums awk -F '[ |]' -v version="$version" -v time="$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)" '
        BEGIN {
            count = split(ENVIRON["CHECKSUMS"], lines, "\n")
            for (i = 1; i <= count; i++) { split(lines[i], words, " "); sums[words[1]] = words[2] }
            printf "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"version\": 1,\n"
            printf "  \"metadata\": {\n    \"timestamp\": \"%s\",\n    \"component\": %s\n  },\n", time,
                component("application", "jira-send", version, "MIT", "")
            printf "  \"components\": ["
        }
        $1 != "jira-send" {
            licence = substr($0, index($0, "|") + 1)
            gsub("/", " OR ", licence)
            printf "%s\n    %s", separator, component("library", $1, $2, licence, sums[$1 $2])
            separator = ","
        }
        END { print "\n  ]," }
        function component(type, name, version, licence, sum,   text) {
            text = sprintf("{\"type\": \"%s\", \"bom-ref\": \"pkg:cargo/%s@%s\", \"name\": \"%s\", \"version\": \"%s\"", type, name, version, name, version)
            if (sum != "") text = text sprintf(", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"%s\"}]", sum)
            if (licence != "") text = text sprintf(", \"licenses\": [{\"expression\": \"%s\"}]", licence)
            return text sprintf(", \"purl\": \"pkg:cargo/%s@%s\"}", name, version)
        }'
# Which uses which: the crate above, one step to the left, uses this one.
printf '%s\n' "$tree" |
    sed 's/ (.*)|/|/; s/|.*//; s/ v/@/' |
    awk '{
            match($0, /^[0-9]+/)
            depth = substr($0, 1, RLENGTH) + 0
            above[depth] = substr($0, RLENGTH + 1)
            print above[depth]
            if (depth > 0) print above[depth - 1], above[depth]
        }' | LC_ALL=C sort -u |
    awk '
        BEGIN { printf "  \"dependencies\": [" }
        NF == 1 { printf "%s\n    {\"ref\": \"pkg:cargo/%s\", \"dependsOn\": [", closing, $1; closing = "]},"; comma = "" }
        NF == 2 { printf "%s\"pkg:cargo/%s\"", comma, $2; comma = ", " }
        END { print "]}\n  ]\n}" }'
} >"$folder/jira-send-$version.cdx.json"

# Shell completions and the manual, made from the definition of the command line.
rm -rf "$folder/pages"
JIRA_SEND_PAGES=$folder/pages ${CARGO:-cargo} test --quiet --locked --package jira-send --bin jira-send pages >/dev/null
[ -f "$folder/pages/man/jira-send.1" ] || fail 'the shell completions and the manual could not be made' 'cargo test --bin jira-send pages must pass'

# The branches, made beside the checked-out files, which stay as they are.
GIT_INDEX_FILE=$(mktemp -d)/index
export GIT_INDEX_FILE
trap 'rm -rf "${GIT_INDEX_FILE%/*}"' EXIT

add() { # path in the branch; its content is stdin
    git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters --stdin),$1"
}

commit() { # branch, message, options
    branch=$1 message=$2
    shift 2
    id=$(GIT_AUTHOR_DATE="$time +0000" GIT_COMMITTER_DATE="$time +0000" git commit-tree "$(git write-tree)" "$@" -m "$message")
    git update-ref "refs/heads/$branch" "$id"
}

git ls-tree -r HEAD -- vars resources docs examples README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE .gitattributes | git update-index --index-info
manifest=$(tr '\n' ' ' <"$folder/manifest" | sed 's/ $//')
release_launcher() { # name, what sed does
    git show "HEAD:resources/jira-send/$1" | sed "$2" | add "resources/jira-send/$1"
    git cat-file blob ":resources/jira-send/$1" | grep -qF "$manifest" || fail "$1 has no line for the manifest" 'undo the change of that line, or teach release/pack.sh the new one'
}
release_launcher run.sh "s/^manifest='[^']*'/manifest='$manifest'/"
release_launcher run.bat "s/^set \"js_rest=jira-send [^\"]*\"/set \"js_rest=$manifest\"/"
commit "$release" "Release jira-send $version" -p HEAD

git read-tree --empty
git ls-tree -r HEAD -- LICENSE .gitattributes | git update-index --index-info
# Older versions of Jenkins take nothing for a library that has neither "vars" nor "src".
echo 'The library "jira-send" loads this one when an agent needs the program. It has no steps.' | add vars/README.txt
for name in $binaries; do
    add "resources/jira-send/$name" <"$folder/$name"
done
commit "$program" "Release the programs of jira-send $version"

(
    cd "$folder"
    # For those who run the program alone: everything of one system in a folder of its own.
    pages=$(mktemp -d)
    mv pages/* "$pages" && rmdir pages
    git -C "$OLDPWD" archive HEAD README.md SECURITY.md CHANGELOG.md CONTRIBUTING.md docs examples release/install.sh LICENSE | tar -xf - -C "$pages"
    mv "$pages/release/install.sh" .
    rmdir "$pages/release"
    options=''
    ! tar --version 2>/dev/null | grep -q GNU || options="--sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw --mtime=@$time"
    archives=''
    for name in $binaries; do
        top=${name%.exe} work=$(mktemp -d)
        cp -R "$pages" "$work/$top"
        cp "jira-send-$version.cdx.json" "$work/$top"
        case $name in *.exe) short=jira-send.exe ;; *) short=jira-send ;; esac
        cp "$name" "$work/$top/$short"
        chmod 755 "$work/$top" "$work/$top/$short"
        # shellcheck disable=SC2086 # words
        tar $options -cf - -C "$work" "$top" | gzip -n >"$top.tar.gz"
        rm -r "$work"
        archives="$archives $top.tar.gz"
    done
    rm -r "$pages"
    for name in $binaries $archives manifest install.sh "jira-send-$version.cdx.json"; do
        echo "$(sha256 "$name")  $name"
    done >SHA256SUMS
    [ -z "${MINISIGN_KEY:-}" ] || minisign -S -s "$MINISIGN_KEY" -m SHA256SUMS
    [ -z "${COSIGN_KEY:-}" ] || cosign sign-blob --yes --key "$COSIGN_KEY" --output-signature SHA256SUMS.sig SHA256SUMS
)

echo "release of jira-send $version in $folder:" >&2
sed 's/^/  /' "$folder/SHA256SUMS" >&2
echo "publish its branches with: git push ORIGIN $release $program" >&2
