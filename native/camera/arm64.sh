#!/bin/sh
# Builds the form over files for arm64 and runs it there, under qemu: loads the library and takes a frame, then the whole
# contract. The libraries it stands on come from Debian's arm64 archive, unpacked below OUT, never installed.
# Usage: arm64.sh OUT
set -eu
here=$(dirname "$(realpath "$0")")
out=$(realpath -m "$1")
for tool in aarch64-linux-gnu-gcc qemu-aarch64-static make dpkg apt-get; do
  if ! command -v "$tool" >/dev/null; then
    echo "missing: $tool. Type: apt-get install gcc-aarch64-linux-gnu qemu-user-static make" >&2
    exit 2
  fi
done
root="$out/root"
if [ ! -e "$root/usr/lib/aarch64-linux-gnu/libjpeg.so" ]; then
  mkdir -p "$out/apt/lists/partial" "$out/apt/cache/archives/partial" "$out/debs" "$root"
  : >"$out/apt/status"
  # State of its own: what this machine has installed, and for which architecture, stays as it is.
  apt="apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State=$out/apt
    -o Dir::State::status=$out/apt/status -o Dir::Cache=$out/apt/cache -o Debug::NoLocking=1 -o APT::Sandbox::User="
  $apt update
  (cd "$out/debs" && $apt download libyuv-dev libyuv0 libjpeg62-turbo libjpeg62-turbo-dev)
  for package in "$out"/debs/*.deb; do dpkg -x "$package" "$root"; done
fi
libraries="$root/usr/lib/aarch64-linux-gnu"
includes="-I$root/usr/include -I$root/usr/include/aarch64-linux-gnu"
make -s -C "$here" files contract OUT="$out" CC=aarch64-linux-gnu-gcc CFLAGS="-O2 $includes" \
  LDFLAGS="-L$libraries -Wl,-rpath-link,$libraries"
aarch64-linux-gnu-gcc -I"$here" "$here/test/load.c" -o "$out/load"
there="qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH=$libraries:/usr/aarch64-linux-gnu/lib"
[ "$($there "$out/load" "$out/lintel-camera-files.so")" = ok ]
[ "$($there "$out/camera-contract")" = ok ]
aarch64-linux-gnu-gcc -dumpmachine
