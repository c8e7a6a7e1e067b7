#!/usr/bin/env bash
# Strong scaling: the same deck on 1, 2, 4 … ranks, up to those of the job.
#
#     qsub -l select=4:ncpus=64:mpiprocs=64 -l walltime=1:00:00 \
#       -v 'TGGE_ARGUMENTS=steady deck.yaml --modes 10000000' launch/pbs/scaling.sh
#
# Writes scaling-JOB.csv with the columns ranks and seconds, the shortest of TGGE_REPEATS runs (3 by
# default), and where there is gnuplot a picture of it. A digest that depends on the number of ranks is an
# error.
#
#   TGGE_ARGUMENTS  the command line of tgge, which is taken from the PATH; words without blanks
#   TGGE            another program to run, as .build/release/tgge
#   TGGE_LAUNCH     what starts the ranks, mpirun by default
#PBS -N tgge-scaling
#PBS -l select=1:ncpus=2:mpiprocs=2
#PBS -l walltime=01:00:00
#PBS -j oe
set -euo pipefail
cd "$PBS_O_WORKDIR"

tgge=${TGGE:-tgge}
read -ra launch <<<"${TGGE_LAUNCH:-mpirun}"
read -ra arguments <<<"${TGGE_ARGUMENTS:?the command line of tgge, as -v 'TGGE_ARGUMENTS=steady deck.yaml'}"
table=scaling-${PBS_JOBID%%.*}.csv
tasks=$(wc -l <"$PBS_NODEFILE")
result=$(mktemp)
trap 'rm -f "$result"' EXIT

# The value of a key at the top of the JSON object.
value() { sed -nE "s/^  \"$1\" : \"?([^\",]*)\"?,?$/\1/p" "$result"; }

echo "ranks,seconds" >"$table"
expected=
for ((ranks = 1; ranks <= tasks; ranks *= 2)); do
  best=
  for ((repeat = 0; repeat < ${TGGE_REPEATS:-3}; repeat++)); do
    "${launch[@]}" -n "$ranks" "$tgge" "${arguments[@]}" --json --quiet >"$result"
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
