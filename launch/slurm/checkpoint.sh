#!/usr/bin/env bash
# A run that outlives its time limit. Shortly before the limit Slurm sends SIGUSR1, tgge writes a checkpoint
# and ends with status 75, and the job goes back into the queue, where it goes on from there:
#
#     sbatch --ntasks=64 --time=12:00:00 launch/slurm/checkpoint.sh evolve deck.yaml --out run.h5
#
# Everything after the name of this script is the command line of tgge, which is taken from the PATH.
#
#   TGGE             another program to run, as .build/release/tgge
#   TGGE_LAUNCH      what starts the ranks: `srun --mpi=pmix` by default, for Open MPI; for MPICH
#                    `srun --mpi=pmi2`; or mpirun
#   TGGE_CHECKPOINT  the checkpoint; tgge-JOB.checkpoint by default, and a job keeps its number
#   TGGE_EVERY       the time between checkpoints on the way, 10m by default
#   TGGE_REQUEUES    how often the job may go back into the queue, 100 times by default
#SBATCH --job-name=tgge
#SBATCH --ntasks=2
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

tgge=${TGGE:-tgge}
checkpoint=${TGGE_CHECKPOINT:-tgge-$SLURM_JOB_ID.checkpoint}
requeues=${SLURM_RESTART_COUNT:-0}
read -ra launch <<<"${TGGE_LAUNCH:-srun --mpi=pmix}"
readonly stopped_early=75

"${launch[@]}" "$tgge" "$@" --checkpoint "$checkpoint" --every "${TGGE_EVERY:-10m}" &
run=$!
# The shell gets the signals; srun and mpirun pass SIGUSR1 on to the ranks. After SIGTERM mpirun would wait
# a second before it passed that on, and kill the ranks a second later.
# shellcheck disable=SC2317 # the trap calls it
stop_early() {
  echo "$0: told to stop, asking for $checkpoint" >&2
  kill -USR1 "$run" 2>/dev/null || true
}
trap stop_early USR1 TERM

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
    echo "$0: stopped early, and the job was requeued $requeues times: not again" >&2
    exit "$status"
  fi
  echo "$0: stopped early with $checkpoint, back into the queue" >&2
  scontrol requeue "$SLURM_JOB_ID"
  sleep infinity # Slurm ends this script
fi
exit "$status"
