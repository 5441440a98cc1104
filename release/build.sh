#!/bin/sh
# Builds the program for every system that this machine can build for.
#
# usage: release/build.sh FOLDER [SYSTEM…]
#        release/build.sh --check [SYSTEM…]    finds out whether it compiles, and builds nothing
#
# Each file is called jira-send-VERSION-SYSTEM in FOLDER; without SYSTEM, such as linux-aarch64, all are built. What was
# left out, and how to get it, is said at the end.
#
# A target needs Rust's standard library (rustup target add TARGET), or its source, from which it is built, too: that of
# Debian's packages rustc, cargo and rust-src (or those of a newer Rust, rustc-web, cargo-web and rust-web-src) or of rustup
# (rustup component add rust-src). For other systems than this one a linker is needed: cargo-zigbuild for Linux, mingw-w64
# for Windows.
set -eu

check=''
case ${1:-} in
    '') echo 'usage: release/build.sh FOLDER|--check [SYSTEM…]' >&2; exit 2 ;;
    --check) check=yes out='' ;;
    *) mkdir -p "$1"; out=$(cd "$1" && pwd) ;;
esac
shift
systems=$*
for system in $systems; do
    case $system in
        linux-x86_64 | linux-aarch64 | macos-x86_64 | macos-aarch64 | windows-x86_64) ;;
        *)
            echo "error: there is no system $system" >&2
            echo 'hint: linux-x86_64, linux-aarch64, macos-x86_64, macos-aarch64 and windows-x86_64 are known' >&2
            exit 2
            ;;
    esac
done
cd "$(dirname "$0")/.."
version=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
home=${CARGO_HOME:-$HOME/.cargo}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
# That of PATH, and that of the system's packages.
compilers=${RUSTC:-rustc}
[ -n "${RUSTC:-}" ] || [ ! -x /usr/bin/rustc ] || compilers="$compilers /usr/bin/rustc"
left_out=''

# Whether this machine can build for the target $1. Sets the compiler, and source where its standard library is built, too.
has() {
    for compiler in $compilers; do
        sysroot=$($compiler --print sysroot 2>/dev/null) || continue
        [ -d "$sysroot/lib/rustlib/$1/lib" ] || continue
        source=''
        host=$($compiler -vV | sed -n 's/^host: //p')
        # macOS programs need Apple's libraries, and so a Mac.
        case $1 in *-apple-*) case $host in *-apple-*) ;; *) return 1 ;; esac ;; esac
        return 0
    done
    case $1 in
        *-linux-*) command -v cargo-zigbuild >/dev/null 2>&1 || return 1 ;;
        *-windows-gnu) command -v "${1%%-*}-w64-mingw32-gcc" >/dev/null 2>&1 || return 1 ;;
        *) return 1 ;;
    esac
    for compiler in $compilers; do
        sysroot=$($compiler --print sysroot 2>/dev/null) || continue
        source=$(cd -P "$sysroot/lib/rustlib/src/rust/library" 2>/dev/null && pwd) || continue
        host=$($compiler -vV | sed -n 's/^host: //p')
        return 0
    done
    return 1
}

# No path of this machine may be in the program: names and folders of a builder are nobody's business, and two machines
# could not build the same bytes.
tells_no_path() {
    for path in "$PWD" "$home" "$sysroot/lib/rustlib" ${source:+"$source"} "$HOME"; do
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

# Agents load the file, and it was promised to be small.
is_small() {
    size=$(wc -c <"$1")
    [ "$size" -le 3000000 ] || echo "warning: $1 has $size bytes, more than 3.0 MB" >&2
}

# Whether a C compiler is there for the target $1: a library of the program has parts in C. Cargo would only say so after minutes.
compiles_c() {
    case $1 in "$host" | *-apple-* | *-windows-*) return 0 ;; esac
    [ -z "$(printenv "CC_$(echo "$1" | tr - _)")${TARGET_CC:-}${CC:-}" ] || return 0
    for tool in cargo-zigbuild "${1%%-*}-linux-musl-gcc"; do ! command -v "$tool" >/dev/null 2>&1 || return 0; done
    [ "${1%%-*}" = "$(uname -m)" ] && command -v musl-gcc >/dev/null 2>&1
}

build() { # target, file, flags of rustc
    target=$1 file=$out/$2 flags=$3
    case $compiler in */*) cargo=${compiler%rustc}cargo ;; *) cargo=${CARGO:-cargo} ;; esac
    command=build options='' bootstrap=''
    case $target in
        "$host" | *-apple-* | *-windows-*) ;;
        *) ! command -v cargo-zigbuild >/dev/null 2>&1 || command=zigbuild ;;
    esac
    # A panic ends the program at once: nothing ever reads these tables. And what the compiler wrote in many places becomes
    # one function, which saves a thirtieth of the file. Windows wants the tables, and cannot have them of such functions.
    c_flags="-ffile-prefix-map=$PWD=. -ffile-prefix-map=$home=cargo"
    case $target in
        *-linux-*)
            flags="$flags -C force-unwind-tables=no -C llvm-args=-enable-machine-outliner"
            c_flags="$c_flags -fno-unwind-tables -fno-asynchronous-unwind-tables"
            ;;
    esac
    flags="--remap-path-prefix=$PWD=. --remap-path-prefix=$home=cargo --remap-path-prefix=$sysroot/lib/rustlib=rust $flags"
    if [ -n "$source" ]; then
        bootstrap=1
        # Without the feature "backtrace", and without the places of panics, which take a fortieth: a panic says what is wrong.
        options='-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size'
        flags="$flags -Z location-detail=none --remap-path-prefix=$source=rust/library"
        # The linker brings the C library, not Rust's package of it.
        case $target in *-musl) flags="$flags -C link-self-contained=no" ;; esac
    fi
    [ -z "$check" ] || { command=check flags="$flags -D warnings"; }
    # shellcheck disable=SC2086 # words
    CFLAGS="$c_flags" RUSTFLAGS="$flags" RUSTC=$compiler ${bootstrap:+env RUSTC_BOOTSTRAP=1} \
        $cargo $command --locked --release --package jira-send --target "$target" --target-dir target/shipped $options || return 1
    [ -z "$check" ] || return 0
    built=target/shipped/$target/release/jira-send
    case $2 in *.exe) built=$built.exe ;; esac
    tells_no_path "$built" || return 1
    case $2 in *-linux-*) is_static "$built" && is_small "$built" || return 1 ;; esac
    cp "$built" "$file" && chmod 755 "$file"
}

# One system: the first of its targets that this machine can build for. Targets and flags are pairs.
ship() { # name, target, flags, target, flags…
    name=$1
    shift
    case " $systems " in '  ' | *" ${name%.exe} "*) ;; *) return 0 ;; esac
    wanted=$1
    while [ $# -ge 2 ]; do
        if has "$1"; then
            if [ -z "$check" ] && ! compiles_c "$1"; then
                left_out="$left_out
  $name: there is no C compiler for $1: install musl-tools (Debian, Ubuntu) or cargo-zigbuild"
                return 0
            fi
            echo "${check:+checking, not }building $name for $1${source:+, with the standard library}" >&2
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
# Not …-gnu: glibc that is linked statically crashes while it resolves names, with common lines in nsswitch.conf.
ship linux-x86_64 x86_64-unknown-linux-musl "$static"
ship linux-aarch64 aarch64-unknown-linux-musl "$static"
ship macos-x86_64 x86_64-apple-darwin ''
ship macos-aarch64 aarch64-apple-darwin ''
ship windows-x86_64.exe x86_64-pc-windows-gnu '' x86_64-pc-windows-msvc "$static"

if [ -n "$left_out" ]; then
    echo "not built on this machine:$left_out" >&2
    [ -z "$check" ] || exit 1
    echo "hint: build them there or elsewhere, put the files into one folder, and run: make release BINARIES=FOLDER" >&2
fi
