#!/bin/sh
# Chromium for the browser tests: installed where we may (root on Debian), else said in one line.
if command -v chromium >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
echo "No chromium here and no right to install it: the browser tests will be skipped (they fail where CI=true)."
