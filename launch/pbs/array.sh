#!/usr/bin/env bash
# A sweep as a job array: each job computes one point.
#
#     qsub -J 0-20 -v 'TGGE_VARY=baths.drive 0 1 20,TGGE_ARGUMENTS=steady deck.yaml' launch/pbs/array.sh
#
# varies baths.drive from 0 to 1 in twenty equal steps. A job whose point is there already does nothing, so
# that the same command again computes what is missing. The points are sweep-ARRAY/INDEX.json, and become
# what tgge plot draws by
#
#     launch/pbs/array.sh --gather sweep-ARRAY > sweep.json
#
#   TGGE_VARY       the key, its first and its last value, and the number of steps
#   TGGE_ARGUMENTS  the command line of tgge, which is taken from the PATH; words without blanks
#   TGGE            another program to run, as .build/release/tgge
#   TGGE_LAUNCH     what starts the ranks, mpirun by default
#   TGGE_FOLDER     where the points go; sweep-ARRAY by default
#PBS -N tgge-array
#PBS -l select=1:ncpus=1:mpiprocs=1
#PBS -l walltime=01:00:00
#PBS -j oe
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

cd "$PBS_O_WORKDIR"
read -r key from to steps <<<"${TGGE_VARY:?the key and its values, as -v 'TGGE_VARY=baths.drive 0 1 20'}"
read -ra arguments <<<"${TGGE_ARGUMENTS:?the command line of tgge, as -v 'TGGE_ARGUMENTS=steady deck.yaml'}"
tgge=${TGGE:-tgge}
read -ra launch <<<"${TGGE_LAUNCH:-mpirun}"
array=${PBS_ARRAY_ID:-$PBS_JOBID}
folder=${TGGE_FOLDER:-sweep-${array%%[*}}
point=$folder/$(printf %06d "$PBS_ARRAY_INDEX").json
if [[ -s $point ]]; then exit 0; fi
mkdir -p "$folder"

# Exactly the first and the last value at the ends.
value=$(awk -v from="$from" -v to="$to" -v step="$PBS_ARRAY_INDEX" -v steps="$steps" \
  'BEGIN { printf "%.15g", steps ? (from * (steps - step) + to * step) / steps : from }')
"${launch[@]}" "$tgge" "${arguments[@]}" --set "$key=$value" --json --quiet >"$point.partial"
# The key and its value come first in the object.
sed "1s|^{|{\"key\" : \"$key\", \"value\" : $value,|" "$point.partial" >"$point.done"
mv "$point.done" "$point"
rm "$point.partial"
