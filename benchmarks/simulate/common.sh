# shellcheck shell=bash
# What the simulation needs: SimGrid, the program that it starts, and simulated runs. Sourced, never run.

# shellcheck source=benchmarks/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../common.sh"

simulate=$here/simulate
library=$root/.build-smpi/release/libsimulation.so

# Builds the same sources against SMPI. Ranks are contexts of one thread there: the accesses that Swift
# notes for each thread at run time would be those of all ranks together.
build_simulation() {
  command -v smpirun >/dev/null || install_packages libsimgrid-dev
  local march=${swift_flags[-1]} # that of the ordinary build
  TGGE_MPI=smpi PKG_CONFIG_PATH=$simulate${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} \
    swift build --configuration release --package-path "$root" --scratch-path "$root/.build-smpi" \
    -Xcc "$march" -Xswiftc -enforce-exclusivity=unchecked --product simulation </dev/null >&2 ||
    fail "$unavailable" "the build against SimGrid failed"
}

# Runs the simulation `$3 …` on $2 ranks of the platform $1.xml, and prints its line of JSON.
#
# A simulated core does 10⁹ of SimGrid's units in a second, as this one does by definition. The network is
# as described, without the factors that SMPI has for TCP; collectives choose their algorithms as Open MPI
# does, but for an Allgatherv that ALLGATHERV names (ring, ompi_neighborexchange …). Where work is
# injected, nothing else counts.
simulated() {
  local platform=$1 ranks=$2 measured=yes
  shift 2
  local -a algorithms=(--cfg=smpi/coll-selector:ompi)
  (($# < 4)) || measured=no
  [[ -z ${ALLGATHERV:-} ]] || algorithms+=(--cfg=smpi/allgatherv:"$ALLGATHERV")
  "${tied[@]}" timeout --kill-after=10 "$limit" smpirun -np "$ranks" -no-privatize \
    -platform "$platform.xml" -hostfile "$platform.hosts" \
    --cfg=smpi/host-speed:1Gf --cfg=smpi/cpu-threshold:0 "${algorithms[@]}" \
    --cfg=smpi/bw-factor:0:1 --cfg=smpi/lat-factor:0:1 --cfg=smpi/simulate-computation:"$measured" \
    --log=root.thres:error \
    "$library" "$@" </dev/null ||
    fail "$unavailable" "status $? of the simulation $* on $ranks ranks"
}
