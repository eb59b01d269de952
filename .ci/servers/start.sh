#!/usr/bin/env bash
# Installs and starts every real server; prints the environment of the contract suites (`eval "$(.ci/servers/start.sh)"`).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
for server in small-disk postgres redis kafka s3 vulkan proxies; do bash "$here/$server.sh" start; done
