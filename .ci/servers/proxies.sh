#!/usr/bin/env bash
# Debian's HAProxy and nginx, through which streams are tried. Nothing runs: the tests start each in front of a gateway of
# their own, with the configuration that the gateway's README gives. See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

start_server() {
  install_packages haproxy nginx-light
  say "$(haproxy -v | grep -oE 'version [0-9.]+' | head -1 | sed 's/^version/HAProxy/'), $(nginx -v 2>&1 | grep -oE 'nginx/[0-9.]+')"
}

stop_server() { :; }

crash_server() { fail "the tests end the proxies by themselves"; }

print_env() {
  echo "export TEST_HAPROXY='/usr/sbin/haproxy'"
  echo "export TEST_NGINX='/usr/sbin/nginx'"
}

dispatch "$@"
