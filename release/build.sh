#!/bin/sh
# Builds the program for every system that this machine has the standard library of Rust for.
#
# usage: release/build.sh FOLDER
#
# Each file is called jira-send-VERSION-SYSTEM-MACHINE in FOLDER. What was left out, and how to get it, is said at the
# end. BUILD_STD=1 builds the standard library, too, from its source (rustup component add rust-src; needs a nightly
# compiler, or RUSTC_BOOTSTRAP=1). With cargo-zigbuild, other systems need no linker of their own.
set -eu

cargo=${CARGO:-cargo}
rustc=${RUSTC:-rustc}
out=${1:?usage: release/build.sh FOLDER}
cd "$(dirname "$0")/.."
version=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
sysroot=$($rustc --print sysroot)
host=$($rustc -vV | sed -n 's/^host: //p')
home=${CARGO_HOME:-$HOME/.cargo}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
left_out=''
mkdir -p "$out"

# Whether this machine can build for a target. macOS programs need Apple's libraries, and so a Mac.
has() {
    case $1 in *-apple-*) case $host in *-apple-*) ;; *) return 1 ;; esac ;; esac
    [ -d "$sysroot/lib/rustlib/$1/lib" ] || { [ -n "${BUILD_STD:-}" ] && [ -e "$sysroot/lib/rustlib/src/rust/library/Cargo.toml" ]; }
}

# No path of this machine may be in the program: names and folders of a builder are nobody's business, and two machines
# could not build the same bytes.
tells_no_path() {
    for path in "$PWD" "$home" "$sysroot" "$HOME"; do
        if [ "$path" != / ] && LC_ALL=C grep -aqF "$path/" "$1"; then
            echo "error: $1 has a path of this machine in it: $path" >&2
            return 1
        fi
    done
}

# On Linux the program must start in every image: no loader, no libraries.
is_static() {
    ! command -v readelf >/dev/null 2>&1 || ! readelf -lW "$1" | grep -q INTERP || { echo "error: $1 is not static" >&2; return 1; }
}

build() { # target, file, flags of rustc
    target=$1 file=$out/$2
    command=build options=''
    case $target in
        "$host" | *-apple-* | *-windows-*) ;;
        *) ! command -v cargo-zigbuild >/dev/null 2>&1 || command=zigbuild ;;
    esac
    if [ ! -d "$sysroot/lib/rustlib/$target/lib" ]; then
        options='-Z build-std=std,panic_abort'
        # The linker brings the C library, not Rust's package of it.
        case $target in *-musl) set -- "$1" "$2" "$3 -C link-self-contained=no" ;; esac
    fi
    flags="--remap-path-prefix=$PWD=. --remap-path-prefix=$home=cargo --remap-path-prefix=$sysroot=rust $3"
    # shellcheck disable=SC2086 # words
    CFLAGS="-ffile-prefix-map=$PWD=. -ffile-prefix-map=$home=cargo" RUSTFLAGS="$flags" \
        $cargo $command --locked --release --package jira-send --target "$target" --target-dir target/shipped $options || return 1
    built=target/shipped/$target/release/jira-send
    case $2 in *.exe) built=$built.exe ;; esac
    tells_no_path "$built" || return 1
    case $2 in *-linux-*) is_static "$built" || return 1 ;; esac
    cp "$built" "$file" && chmod 755 "$file"
}

# One system: the first of its targets that this machine has. Targets and flags are pairs.
ship() { # name, target, flags, target, flags…
    name=$1
    shift
    wanted=$1
    while [ $# -ge 2 ]; do
        if has "$1"; then
            echo "building $name for $1" >&2
            if build "$1" "jira-send-$version-$name" "$2"; then
                return 0
            fi
            left_out="$left_out
  $name: the build for $1 failed, see above"
            return 0
        fi
        shift 2
    done
    left_out="$left_out
  $name: rustup target add $wanted"
}

static='-C target-feature=+crt-static'
ship linux-x86_64 x86_64-unknown-linux-musl "$static" x86_64-unknown-linux-gnu "$static"
ship linux-aarch64 aarch64-unknown-linux-musl "$static" aarch64-unknown-linux-gnu "$static"
ship macos-x86_64 x86_64-apple-darwin ''
ship macos-aarch64 aarch64-apple-darwin ''
ship windows-x86_64.exe x86_64-pc-windows-gnu '' x86_64-pc-windows-msvc "$static"

if [ -n "$left_out" ]; then
    echo "not built on this machine:$left_out" >&2
    echo "hint: build them there or elsewhere, put the files into one folder, and run: make release BINARIES=FOLDER" >&2
fi
