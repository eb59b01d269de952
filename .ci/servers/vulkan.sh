#!/usr/bin/env bash
# Vulkan in software, on which the WebGPU device is tried without a GPU: SwiftShader, which Debian's chromium-common brings.
# (Mesa's lavapipe of Debian 12 is too old for WebGPU.) No server runs. See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

driver=/usr/lib/chromium/vk_swiftshader_icd.json

start_server() {
  install_packages libvulkan1 chromium-common
  [ -f "$driver" ] || fail "chromium-common brings no $driver"
  say "the Vulkan driver is $driver"
}

stop_server() { :; }

crash_server() { fail "a driver does not crash by itself"; }

print_env() { echo "export VK_ICD_FILENAMES='$driver'"; }

dispatch "$@"
