# shellcheck shell=bash disable=SC2034 # variables for the scripts that source this
# What the benchmarks share: the launcher, the binary, repeats, results and plots. Sourced, never run.
#
#   LAUNCH        the launcher up to the number of ranks: 'srun --mpi=pmix -n', 'flux run -n'; by
#                 default the mpirun of this build, with unbound ranks
#   TGGE_BINARY   the program; by default it is built here
#   REPEATS       how often each program is started; 5 by default
#   RESULTS       where tables and plots go; benchmarks/results by default
#   LIMIT         seconds that one start may take; 600 by default
#
# Different numbers of ranks take turns, so that what changes on the machine meets all of them.

# shellcheck source=launch/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../launch/common.sh"

here=$root/benchmarks
results=${RESULTS:-$here/results}
repeats=${REPEATS:-5}
limit=${LIMIT:-600}

# Tools that are no part of a build; packages are installed only where a tool is missing.
require_command() {
  command -v "$1" >/dev/null || install_packages "$2"
}

# Fails unless each argument is a positive integer.
require_numbers() {
  local number
  for number; do
    [[ $number =~ ^[1-9][0-9]{0,10}$ ]] || fail "$usage_error" "'$number' is not a positive integer"
  done
}

# Sets `launch` and `tgge`, and clears what an earlier run has left under the name $1.
prepare() {
  require_numbers "$repeats" "$limit"
  require_command jq jq
  require_command gnuplot gnuplot-nox
  tgge=${TGGE_BINARY:-}
  if [[ -z $tgge ]]; then
    require_tools
    build --product tgge
    tgge=$scratch/release/tgge
  fi
  [[ -x $tgge ]] || fail "$unavailable" "'$tgge' is no program"
  if [[ -n ${LAUNCH:-} ]]; then
    read -r -a launch <<<"$LAUNCH"
  else
    find_mpirun || fail "$unavailable" "no mpirun of this build; set LAUNCH"
    launch=("$mpirun" --bind-to none -np)
  fi
  mkdir -p "$results"
  raw=$results/$1.jsonl table=$results/$1.csv plot=$results/$1.svg
  : >"$raw"
}

# Runs tgge on $1 ranks; what it writes goes to standard output.
start() {
  local ranks=$1
  shift
  "${tied[@]}" timeout --kill-after=10 "$limit" "${launch[@]}" "$ranks" "$tgge" "$@" </dev/null ||
    fail "$unavailable" "status $? of: ${launch[*]} $ranks tgge $*"
}

# The words of `tgge benchmark` for a work, and which of its lines count: the chain with R = 2.
words_of() {
  case $1 in
    direct | separable) echo "forces --forces $1 --channels 2 --no-limits" ;;
    evolve | steady) echo "$1" ;;
    *) fail "$usage_error" "'$1' is no work; it must be direct, separable, evolve or steady" ;;
  esac
}

# Measures a work of $2 modes on $3 ranks once more, as a point of the curve $4 in the raw results.
measure() {
  local work=$1 modes=$2 ranks=$3 curve=$4
  local -a words
  read -r -a words <<<"$(words_of "$work")"
  start "$ranks" benchmark "${words[@]}" --modes "$modes" --repeats 3 --json |
    jq -c --arg curve "$curve" 'select(.channels == 2 and .modes != null) |
      .seconds //= .evaluationSeconds | .curve = $curve' >>"$raw"
}

# Where and with what the raw results were measured, as comments of a table.
conditions() {
  local load
  load=$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)
  jq -r --arg launch "${launch[*]}" --arg load "$load" \
    '"# measured on \(.processor) with \(.build)",
     "# ranks started by: \($launch) N; load averages at the end: \($load)"' <<<"$(head -1 "$raw")"
}

# Draws the table with the gnuplot commands of standard input.
draw() {
  cat "$here/style.gnuplot" - | gnuplot -e "table='$table'; plot='$plot'" /dev/stdin
  say "$table and $plot"
}
