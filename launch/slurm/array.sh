#!/usr/bin/env bash
# A sweep as a job array: each job computes one point.
#
#     sbatch --array=0-20 launch/slurm/array.sh baths.drive 0 1 steady deck.yaml
#
# varies baths.drive from 0 to 1 in twenty equal steps: the key, its first and its last value, and then the
# command line of tgge, which is taken from the PATH. A job whose point is there already does nothing, so
# that the same command again computes what is missing. The points are sweep-ARRAY/INDEX.json, and become
# what tgge plot draws by
#
#     launch/slurm/array.sh --gather sweep-ARRAY > sweep.json
#
#   TGGE         another program to run, as .build/release/tgge
#   TGGE_LAUNCH  what starts the ranks: `srun --mpi=pmix` by default, for Open MPI; for MPICH
#                `srun --mpi=pmi2`; or mpirun
#   TGGE_FOLDER  where the points go; sweep-ARRAY by default
#SBATCH --job-name=tgge-array
#SBATCH --ntasks=1
#SBATCH --time=01:00:00
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

key=$1 from=$2 to=$3
shift 3
tgge=${TGGE:-tgge}
read -ra launch <<<"${TGGE_LAUNCH:-srun --mpi=pmix}"
folder=${TGGE_FOLDER:-sweep-$SLURM_ARRAY_JOB_ID}
point=$folder/$(printf %06d "$SLURM_ARRAY_TASK_ID").json
if [[ -s $point ]]; then exit 0; fi
mkdir -p "$folder"

# Exactly the first and the last value at the ends.
value=$(awk -v from="$from" -v to="$to" -v step=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN)) \
  -v steps=$((SLURM_ARRAY_TASK_MAX - SLURM_ARRAY_TASK_MIN)) \
  'BEGIN { printf "%.15g", steps ? (from * (steps - step) + to * step) / steps : from }')
"${launch[@]}" "$tgge" "$@" --set "$key=$value" --json --quiet >"$point.partial"
# The key and its value come first in the object.
sed "1s|^{|{\"key\" : \"$key\", \"value\" : $value,|" "$point.partial" >"$point.done"
mv "$point.done" "$point"
rm "$point.partial"
