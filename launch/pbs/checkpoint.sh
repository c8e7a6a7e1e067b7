#!/usr/bin/env bash
# A run that outlives its wall time. Shortly before the end tgge writes a checkpoint and ends with status 75,
# and the job submits itself again, to go on from there:
#
#     qsub -l select=1:ncpus=64:mpiprocs=64 -l walltime=12:00:00 \
#       -v 'TGGE_ARGUMENTS=evolve deck.yaml --out run.h5,TGGE_MAX_TIME=11h50m' launch/pbs/checkpoint.sh
#
#   TGGE_ARGUMENTS   the command line of tgge, which is taken from the PATH; words without blanks
#   TGGE_MAX_TIME    when to stop, some minutes before the wall time
#   TGGE             another program to run, as .build/release/tgge
#   TGGE_LAUNCH      what starts the ranks, mpirun by default
#   TGGE_CHECKPOINT  the checkpoint; tgge-JOB.checkpoint of the first job by default
#   TGGE_EVERY       the time between checkpoints on the way, 10m by default
#   TGGE_QSUB        the options of qsub for the next job, as `-l walltime=12:00:00`; those below by default
#   TGGE_REQUEUES    how often the job may submit itself again, 100 times by default
#PBS -N tgge
#PBS -l select=1:ncpus=2:mpiprocs=2
#PBS -l walltime=01:00:00
#PBS -j oe
set -euo pipefail
cd "$PBS_O_WORKDIR"

tgge=${TGGE:-tgge}
checkpoint=${TGGE_CHECKPOINT:-tgge-${PBS_JOBID%%.*}.checkpoint}
requeues=${TGGE_REQUEUED:-0}
read -ra launch <<<"${TGGE_LAUNCH:-mpirun}"
read -ra arguments <<<"${TGGE_ARGUMENTS:?the command line of tgge, as -v 'TGGE_ARGUMENTS=evolve deck.yaml'}"
readonly stopped_early=75

"${launch[@]}" "$tgge" "${arguments[@]}" --checkpoint "$checkpoint" --every "${TGGE_EVERY:-10m}" \
  --max-time "${TGGE_MAX_TIME:-55m}" &
run=$!
# PBS sends SIGTERM at the wall time, and SIGKILL some seconds later. mpirun passes SIGUSR1 on to the ranks
# at once; SIGTERM it would pass on a second later, and kill them after another one.
# shellcheck disable=SC2317 # the trap calls it
stop_early() {
  echo "$0: told to stop, asking for $checkpoint" >&2
  kill -USR1 "$run" 2>/dev/null || true
}
trap stop_early TERM

# A signal ends `wait`, too, with a status above 128.
status=0
wait "$run" || status=$?
while ((status > 128)) && kill -0 "$run" 2>/dev/null; do
  status=0
  wait "$run" || status=$?
done
# The signal may have come just before the end: then the true status is still to be had.
if ((status == 138 || status == 143)); then
  last=0
  wait "$run" 2>/dev/null || last=$?
  ((last == 127)) || status=$last
fi

if ((status == stopped_early)); then
  if ((requeues >= ${TGGE_REQUEUES:-100})); then
    echo "$0: stopped early, and the job was submitted $requeues times: not again" >&2
    exit "$status"
  fi
  echo "$0: stopped early with $checkpoint, back into the queue" >&2
  export TGGE_CHECKPOINT=$checkpoint TGGE_REQUEUED=$((requeues + 1))
  read -ra options <<<"${TGGE_QSUB:-}"
  qsub -V "${options[@]}" "$0" # -V hands all variables on, commas in them included
  exit 0
fi
exit "$status"
