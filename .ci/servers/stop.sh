#!/usr/bin/env bash
# Stops what start.sh started and removes its data. What was installed stays.
set -uo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
status=0
for server in proxies vulkan s3 kafka redis postgres small-disk; do bash "$here/$server.sh" stop || status=1; done
exit "$status"
