#!/usr/bin/env bash
# A run that outlives its time limit. Shortly before the limit Flux sends SIGUSR1, tgge writes a checkpoint
# and ends with status 75, and the job submits itself again, to go on from there:
#
#     flux batch --nslots=64 --time-limit=12h launch/flux/checkpoint.sh evolve deck.yaml --out run.h5
#
# Everything after the name of this script is the command line of tgge, which is taken from the PATH.
#
#   TGGE             another program to run, as .build/release/tgge
#   TGGE_LAUNCH      what starts the ranks: `flux run -n SLOTS` by default
#   TGGE_BATCH       the options of flux batch for the next job; those below by default
#   TGGE_CHECKPOINT  the checkpoint; tgge-JOB.checkpoint of the first job by default
#   TGGE_EVERY       the time between checkpoints on the way, 10m by default
#   TGGE_REQUEUES    how often the job may go into the queue again, 100 times by default
#FLUX: --job-name=tgge
#FLUX: --nslots=2
#FLUX: --time-limit=1h
#FLUX: --signal=SIGUSR1@2m
set -euo pipefail

tgge=${TGGE:-tgge}
checkpoint=${TGGE_CHECKPOINT:-tgge-$(flux getattr jobid).checkpoint}
requeues=${TGGE_REQUEUED:-0}
slots=$(flux resource list --no-header --states=free --format='{ncores}')
read -ra launch <<<"${TGGE_LAUNCH:-flux run -n $slots}"
read -ra batch <<<"${TGGE_BATCH:-}"
readonly stopped_early=75

"${launch[@]}" "$tgge" "$@" --checkpoint "$checkpoint" --every "${TGGE_EVERY:-10m}" &
run=$!
# The shell gets the signals; flux run passes them on to the ranks.
# shellcheck disable=SC2317 # the trap calls it
stop_early() {
  echo "$0: told to stop, asking for $checkpoint" >&2
  kill -"$1" "$run" 2>/dev/null || true
}
trap 'stop_early USR1' USR1
trap 'stop_early TERM' TERM

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
  flux --parent batch "${batch[@]}" "$0" "$@"
  exit 0
fi
exit "$status"
