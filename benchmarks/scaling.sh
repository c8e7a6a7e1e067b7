# shellcheck shell=bash
# Measures strong or weak scaling: the common part of benchmarks/strong-scaling and weak-scaling.

# shellcheck source=benchmarks/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

# The modes of $2 on $3 ranks, whose size is $1 there: that of the lattice, or that of one rank.
modes_for() {
  local kind=$1 work=$2 size=$3 ranks=$4
  case $kind-$work in
    strong-*) echo "$size" ;;
    weak-direct) jq -n "$size * ($ranks | sqrt) | round" ;; # its work are pairs
    weak-*) echo $((size * ranks)) ;;
  esac
}

# Measures all works of all sizes on all ranks, the lists of the command line.
scale() {
  local kind=$1 work size count repeat
  shift
  (($# == 3)) || fail "$usage_error" "usage: WORKS SIZES RANKS, each a list with commas"
  local -a works sizes ranks
  IFS=, read -r -a works <<<"$1"
  IFS=, read -r -a sizes <<<"$2"
  IFS=, read -r -a ranks <<<"$3"
  require_numbers "${sizes[@]}" "${ranks[@]}"
  for work in "${works[@]}"; do words_of "$work" >/dev/null; done
  prepare "$kind-scaling"

  for ((repeat = 0; repeat < repeats; repeat++)); do
    for work in "${works[@]}"; do
      for size in "${sizes[@]}"; do
        for count in "${ranks[@]}"; do
          measure "$work" "$(modes_for "$kind" "$work" "$size" "$count")" "$count" "$work-$size"
        done
      done
    done
  done

  {
    conditions
    echo "# $kind scaling; base case: the fewest ranks of each curve; medians of $repeats starts"
    jq -rs -f "$here/scaling.jq" "$raw"
  } | tee "$table"
  { echo "set title '${kind^} scaling, chain of the paper, R = 2'"; cat "$here/scaling.gnuplot"; } | draw
}
