#!/bin/sh
# The form over files for arm64, run under qemu. What it stands on comes from Debian's archive and is unpacked below OUT,
# never installed; the compiler (gcc-aarch64-linux-gnu, libc6-dev-arm64-cross) is the machine's.
# Usage: arm64.sh OUT [prepare]. It loads the library, takes a frame and then holds it to its whole contract.
# OUT/root is afterwards what any arm64 program sees as its machine, with `qemu-aarch64-static -L OUT/root`.
set -eu
here=$(dirname "$(realpath "$0")")
out=$(realpath -m "$1")
for tool in aarch64-linux-gnu-gcc make dpkg apt-get; do
  if ! command -v "$tool" >/dev/null; then
    echo "missing: $tool. Type: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross make" >&2
    exit 2
  fi
done
root="$out/root"
libraries="$root/usr/lib/aarch64-linux-gnu"
qemu="$out/qemu/usr/bin/qemu-aarch64-static"

# State of its own: what this machine has installed, and for which architecture, stays as it is.
fetch() {
  architecture=$1
  shift
  state="$out/apt-$architecture"
  rm -rf "$state"
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/debs"
  : >"$state/status"
  apt="apt-get -qq -o APT::Architecture=$architecture -o APT::Architectures::=$architecture -o Dir::State=$state
    -o Dir::State::status=$state/status -o Dir::Cache=$state/cache -o Debug::NoLocking=1 -o APT::Sandbox::User="
  $apt update
  (cd "$state/debs" && $apt download "$@")
}

if [ ! -e "$root/proc/cpuinfo" ]; then
  rm -rf "$root"
  fetch arm64 libyuv-dev libyuv0 libjpeg62-turbo libjpeg62-turbo-dev libc6 libgcc-s1 libstdc++6
  mkdir -p "$root/proc"
  for package in "$out"/apt-arm64/debs/*.deb; do dpkg -x "$package" "$root"; done
  # From Debian 13 on packages lay everything below /usr.
  [ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
  rm -r "$out/apt-arm64"
  # qemu would show the machine's own; the model runtime looks there for what an ARM processor can do.
  for processor in 0 1; do
    printf '%s\t: %s\n' processor $processor Features 'fp asimd evtstrm crc32 cpuid' 'CPU implementer' 0x41 \
      'CPU architecture' 8 'CPU variant' 0x0 'CPU part' 0xd08 'CPU revision' 3
    echo
  done >"$root/proc/cpuinfo"
fi
if [ ! -x "$qemu" ]; then
  # One program out of a package of 380 MB.
  fetch "$(dpkg --print-architecture)" qemu-user-static
  mkdir -p "$out/qemu"
  # tar stops at that program, and what writes to it complains.
  dpkg-deb --fsys-tarfile "$out"/apt-*/debs/qemu-user-static*.deb 2>/dev/null |
    tar -x -C "$out/qemu" --occurrence=1 ./usr/bin/qemu-aarch64-static
  rm -r "$out/apt-$(dpkg --print-architecture)"
fi
[ "${2-}" = prepare ] && exit 0

there="$qemu -cpu cortex-a72 -L $root"
build() {
  make -s -C "$here" "$@" OUT="$out" CC=aarch64-linux-gnu-gcc LDFLAGS="-L$libraries -Wl,-rpath-link,$libraries" \
    CFLAGS="-O2 -I$root/usr/include -I$root/usr/include/aarch64-linux-gnu"
}
build files contract
aarch64-linux-gnu-gcc -I"$here" "$here/test/load.c" -o "$out/load"
[ "$($there "$out/load" "$out/lintel-camera-files.so")" = ok ]
[ "$($there "$out/camera-contract")" = ok ]
[ "$($there "$out/camera-order")" = ok ]
aarch64-linux-gnu-gcc -dumpmachine
