#!/bin/sh
# Makes a release of the binaries in a folder, called jira-send-VERSION-SYSTEM-MACHINE: manifest, SHA256SUMS, list of
# components (CycloneDX) and tarball in the same folder, and two branches:
#
#   release/vVERSION   the library, whose manifest has the SHA-256 of each binary
#   program/vVERSION   a second library with the binaries alone, which a run loads when its agent has none
#
# Jenkins copies a library into the record of each build that loads it, so the first must stay small. The main branch
# never has the binaries: they would stay in its history.
#
# usage: release/pack.sh FOLDER
set -eu

folder=${1:?usage: release/pack.sh FOLDER}
folder=$(cd "$folder" && pwd)
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

[ -z "$(git status --porcelain --untracked-files=no)" ] || fail 'there are changes that are not committed' 'a release is made of what is committed: commit, then build anew'
for branch in "$release" "$program"; do
    ! git rev-parse --quiet --verify "refs/heads/$branch" >/dev/null ||
        fail "the branch $branch already exists" "raise the version in Cargo.toml and resources/jira-send/manifest; or, if it was never published: git branch -D $branch"
done

rm -f "$folder/manifest" "$folder/SHA256SUMS" "$folder/jira-send-$version.cdx.json" "$folder/jira-send-$version.tar.gz"
binaries=''
for file in "$folder/jira-send-$version-"*; do
    name=${file##*/}
    case ${name#"jira-send-$version-"} in
        linux-x86_64 | linux-aarch64 | macos-x86_64 | macos-aarch64 | windows-x86_64.exe) ;;
        *) fail "$folder has no binary of version $version, or one of an unknown system: $name" 'run release/build.sh, or name the folder with BINARIES=FOLDER' ;;
    esac
    binaries="$binaries $name"
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
    ${CARGO:-cargo} tree --quiet --locked --package jira-send --edges normal --target "$target" --prefix none --format '{p}|{l}' || exit 1
done)
printf '%s\n' "$tree" |
    sed 's/ (.*)|/|/; s/ (\*)$//; s/^\([^ ]*\) v/\1 /' | LC_ALL=C sort -u |
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
        END { print "\n  ]\n}" }
        function component(type, name, version, licence, sum,   text) {
            text = sprintf("{\"type\": \"%s\", \"bom-ref\": \"pkg:cargo/%s@%s\", \"name\": \"%s\", \"version\": \"%s\"", type, name, version, name, version)
            if (sum != "") text = text sprintf(", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"%s\"}]", sum)
            if (licence != "") text = text sprintf(", \"licenses\": [{\"expression\": \"%s\"}]", licence)
            return text sprintf(", \"purl\": \"pkg:cargo/%s@%s\"}", name, version)
        }' >"$folder/jira-send-$version.cdx.json"

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

git ls-tree -r HEAD -- vars resources docs README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE .gitattributes | git update-index --index-info
add resources/jira-send/manifest <"$folder/manifest"
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
    # For those who run the program alone.
    pages=$(mktemp -d)
    git -C "$OLDPWD" archive HEAD README.md SECURITY.md CHANGELOG.md CONTRIBUTING.md docs LICENSE | tar -xf - -C "$pages"
    options=''
    ! tar --version 2>/dev/null | grep -q GNU || options="--sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw --mtime=@$time"
    # shellcheck disable=SC2086 # words
    tar $options -cf - $binaries manifest "jira-send-$version.cdx.json" -C "$pages" README.md SECURITY.md CHANGELOG.md CONTRIBUTING.md docs LICENSE \
        | gzip -n >"jira-send-$version.tar.gz"
    rm -r "$pages"
    for name in $binaries "jira-send-$version.cdx.json" "jira-send-$version.tar.gz"; do
        echo "$(sha256 "$name")  $name"
    done >SHA256SUMS
)

echo "release of jira-send $version in $folder:" >&2
sed 's/^/  /' "$folder/SHA256SUMS" >&2
echo "publish its branches with: git push ORIGIN $release $program" >&2
