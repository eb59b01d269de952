#!/usr/bin/env bash
# A disk of 64 MB in memory, for the tests that fill one. Needs the right to mount. See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

dir="$servers_dir/small-disk"

start_server() {
  mkdir -p "$servers_dir" "$dir" && chmod 755 "$servers_dir"
  mountpoint -q "$dir" || mount -t tmpfs -o size=64m,mode=755 fathom-small-disk "$dir" || fail "cannot mount a tmpfs on $dir"
  say "a disk of 64 MB is at $dir"
}

stop_server() {
  if mountpoint -q "$dir"; then umount "$dir"; fi
  rm -rf "$dir"
}

crash_server() { fail "a disk does not crash"; }

print_env() { echo "export TEST_SMALL_DISK='$dir'"; }

dispatch "$@"
