#!/usr/bin/env bash
# A sweep as one job, of one rank, for each point.
#
#     flux bulksubmit --ntasks=1 --time-limit=1h --env=TGGE_FOLDER=sweep \
#       launch/flux/array.sh {} 20 baths.drive 0 1 steady deck.yaml ::: $(seq 0 20)
#
# varies baths.drive from 0 to 1 in twenty equal steps: the number of the point, that of the last, the key, its
# first and its last value, and then the command line of tgge, which is taken from the PATH. A job whose point is there already does nothing, so
# that the same command again computes what is missing. The points are sweep/INDEX.json, and become
# what tgge plot draws by
#
#     launch/flux/array.sh --gather sweep > sweep.json
#
#   TGGE         another program to run, as .build/release/tgge
#   TGGE_FOLDER  where the points go; sweep by default
set -euo pipefail

if [[ ${1:-} == --gather ]]; then
  points=("$2"/*.json)
  key=$(sed -nE '1s/.*"key" : "([^"]*)".*/\1/p' "${points[0]}")
  printf '{"command" : "sweep", "key" : "%s", "points" : [\n' "$key"
  for index in "${!points[@]}"; do
    ((index == 0)) || echo ,
    cat "${points[$index]}"
  done
  echo ']}'
  exit
fi

index=$1 last=$2 key=$3 from=$4 to=$5
shift 5
tgge=${TGGE:-tgge}
folder=${TGGE_FOLDER:-sweep}
point=$folder/$(printf %06d "$index").json
if [[ -s $point ]]; then exit 0; fi
mkdir -p "$folder"

# Exactly the first and the last value at the ends.
value=$(awk -v from="$from" -v to="$to" -v step="$index" -v steps="$last" \
  'BEGIN { printf "%.15g", steps ? (from * (steps - step) + to * step) / steps : from }')
"$tgge" "$@" --set "$key=$value" --json --quiet >"$point.partial"
# The key and its value come first in the object.
sed "1s|^{|{\"key\" : \"$key\", \"value\" : $value,|" "$point.partial" >"$point.done"
mv "$point.done" "$point"
rm "$point.partial"
