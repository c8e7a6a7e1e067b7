# shellcheck shell=bash
# What tests of scripts share: claims that are counted, and a folder of their own. Sourced, never run.

folder=$(mktemp -d)
passed=0 failed=0

# Counts a claim, which the words after it prove; where they do not, shows the ends of the logs.
claim() {
  local title=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "passed: $title"
  else
    failed=$((failed + 1))
    echo "FAILED: $title"
    tail -n 30 "$folder"/*.log 2>/dev/null || true
  fi
}

# The value of a key at the top of a JSON object.
value() { sed -nE "s/^  \"$1\" : \"?([^\",]*)\"?,?$/\1/p" "$2"; }

# Waits up to $1 seconds for what the other words ask.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.5
  done
}

# Ends the script with the line that .ci/run counts.
finish_claims() {
  printf '\nlaunch/test: %d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
