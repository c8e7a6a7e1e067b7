#!/usr/bin/env bash
# Strong scaling: the same deck on 1, 2, 4 … ranks, up to those of the job.
#
#     sbatch --ntasks=256 launch/slurm/scaling.sh steady deck.yaml --modes 10000000
#
# Everything after the name of this script is the command line of tgge, which is taken from the PATH. Writes
# scaling-JOB.csv with the columns ranks and seconds, the shortest of TGGE_REPEATS runs (3 by default), and
# where there is gnuplot a picture of it. A digest that depends on the number of ranks is an error.
#
#   TGGE         another program to run, as .build/release/tgge
#   TGGE_LAUNCH  what starts the ranks: `srun --mpi=pmix` by default, for Open MPI; for MPICH
#                `srun --mpi=pmi2`; or mpirun
#SBATCH --job-name=tgge-scaling
#SBATCH --ntasks=2
#SBATCH --time=01:00:00
set -euo pipefail

tgge=${TGGE:-tgge}
read -ra launch <<<"${TGGE_LAUNCH:-srun --mpi=pmix}"
table=scaling-$SLURM_JOB_ID.csv
result=$(mktemp)
trap 'rm -f "$result"' EXIT

# The value of a key at the top of the JSON object.
value() { sed -nE "s/^  \"$1\" : \"?([^\",]*)\"?,?$/\1/p" "$result"; }

echo "ranks,seconds" >"$table"
expected=
for ((ranks = 1; ranks <= SLURM_NTASKS; ranks *= 2)); do
  best=
  for ((repeat = 0; repeat < ${TGGE_REPEATS:-3}; repeat++)); do
    "${launch[@]}" -n "$ranks" "$tgge" "$@" --json --quiet >"$result"
    seconds=$(value wallSeconds)
    best=$(awk -v a="$seconds" -v b="${best:-$seconds}" 'BEGIN { print (a < b) ? a : b }')
    digest=$(value digest)
    if [[ $digest != "${expected:=$digest}" ]]; then
      echo "$0: the digest on $ranks ranks is $digest, before it was $expected" >&2
      exit 70
    fi
  done
  echo "$ranks,$best" | tee -a "$table"
done
if command -v gnuplot >/dev/null; then "$tgge" plot "$table"; fi
