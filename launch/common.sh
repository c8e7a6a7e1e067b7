# shellcheck shell=bash disable=SC2034 # variables for the scripts that source this
# What the scripts share: the choice of MPI, the packages it
# needs, the flags of the build, and the command that starts N ranks. Sourced, never run.
#
#   TGGE_MPI     ompi-c (Open MPI, default), mpich, or a cluster's own: the library's name for pkg-config
#   TGGE_LAPACK  lapacke (default), or what has LAPACKE in it, as openblas: its name for pkg-config
#   TGGE_HDF5    the HDF5 built with that MPI: hdf5-openmpi, hdf5-mpich, or what a cluster calls its own
#   TGGE_ARCH    processor to build for, as the compiler calls it (x86-64-v3, znver4, neoverse-v1);
#                this one by default
#   TGGE_PACKAGES  folder of fetched Swift packages, for a build without network, see launch/fetch
#   TGGE_RANKS   how many ranks launch/run starts; one for each core by default

# Exit statuses of the scripts themselves, as in sysexits.h
readonly usage_error=64 unavailable=69

say() { printf '%s: %s\n' "$0" "$*" >&2; }
fail() {
  local status=$1
  shift
  say "$*"
  exit "$status"
}

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
export TGGE_MPI=${TGGE_MPI:-ompi-c} # read by Package.swift, too
case $TGGE_MPI in
  ompi-c)
    mpi_name="Open MPI" mpirun_name=mpirun.openmpi mpirun_version='Open MPI|OpenRTE'
    mpi_packages=(openmpi-bin libopenmpi-dev) hdf5_name=hdf5-openmpi
    scratch=$root/.build
    ;;
  mpich)
    mpi_name=MPICH mpirun_name=mpirun.mpich mpirun_version=HYDRA
    mpi_packages=(mpich libmpich-dev) hdf5_name=hdf5-mpich
    scratch=$root/.build-mpich
    ;;
  *)
    # A cluster's own library, by the name of its pkg-config file.
    pkg-config --exists "$TGGE_MPI" 2>/dev/null || fail "$usage_error" "TGGE_MPI is '$TGGE_MPI'; it must" \
      "be ompi-c (Open MPI), mpich, or another MPI library that pkg-config knows"
    mpi_name=$TGGE_MPI mpirun_name=mpirun mpirun_version=. mpi_packages=() hdf5_name=hdf5
    scratch=$root/.build-$TGGE_MPI
    ;;
esac
export TGGE_HDF5=${TGGE_HDF5:-$hdf5_name} # read by Package.swift, too

# MARK: What must be there

# Installs those of the named Debian packages that are not there yet. Where that takes a password, or
# there is no apt, says which they are.
install_packages() {
  local package
  local -a missing=() as_root=()
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) == ii* ]] ||
      missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  ((EUID == 0)) || as_root=(sudo -n)
  if command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    say "installing ${missing[*]}"
    # A source that is out of reach is no reason to stop: the packages may come from another one.
    "${as_root[@]}" apt-get update -qq </dev/null >&2 || say "apt-get update failed, going on"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
      install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2 && return
  fi
  fail "$unavailable" "missing: ${missing[*]}. Install with: sudo apt-get install ${missing[*]}" \
    "(on a cluster, load the module that has it)"
}

# Compiles C from standard input to $1, which tests load before the libraries of a program.
compile_preload() {
  local compiler=${CC:-cc}
  command -v "$compiler" >/dev/null || compiler=clang
  "$compiler" -shared -fPIC -x c -o "$1" -
}

# The libraries as pkg-config finds them decide, so that modules of a cluster are left alone.
mpi_is_there() { pkg-config --exists "$TGGE_MPI" 2>/dev/null && find_mpirun; }
lapack_is_there() { pkg-config --exists "${TGGE_LAPACK:-lapacke}" 2>/dev/null; }
hdf5_is_there() { pkg-config --exists "$TGGE_HDF5" 2>/dev/null; }

# Sets `mpirun` to the launcher of the library built against. A bare `mpirun` may be that of another
# MPI, and would start N independent programs of one rank each: its version is looked at.
find_mpirun() {
  local prefix
  prefix=$(pkg-config --variable=prefix "$TGGE_MPI")
  for mpirun in {"$prefix/bin/",}{"$mpirun_name",mpirun}; do
    command -v "$mpirun" >/dev/null && [[ $("$mpirun" --version 2>&1) =~ $mpirun_version ]] && return
  done
  return 1
}

require_tools() {
  command -v swift >/dev/null || fail "$unavailable" \
    "no Swift toolchain on the PATH. Install Swift 6.2 or later, see https://www.swift.org/install"
  mpi_is_there && lapack_is_there && hdf5_is_there && return
  lapack_is_there || install_packages liblapacke-dev pkg-config
  lapack_is_there || fail "$unavailable" "liblapacke-dev is installed, but pkg-config has no ${TGGE_LAPACK:-lapacke}"
  mpi_is_there || install_packages "${mpi_packages[@]}" pkg-config
  mpi_is_there || fail "$unavailable" \
    "$mpi_name is installed, but pkg-config does not find $TGGE_MPI, or no mpirun belongs to it"
  hdf5_is_there || [[ $TGGE_HDF5 != "$hdf5_name" ]] || install_packages "lib$hdf5_name-dev" pkg-config
  hdf5_is_there || fail "$unavailable" "pkg-config does not find $TGGE_HDF5, HDF5 built with $mpi_name;" \
    "TGGE_HDF5 names another"
}

# MARK: Building

# `-Xcc` sets the target of Swift code, too. Every call must have the same flags, or all is rebuilt.
swift_flags=(--configuration release --package-path "$root" --scratch-path "$scratch")
if [[ $(uname -m) == x86_64 ]]; then
  swift_flags+=(-Xcc "-march=${TGGE_ARCH:-native}")
else
  swift_flags+=(-Xcc "-mcpu=${TGGE_ARCH:-native}")
fi

# The Swift packages that the manifest names, and the name of one.
package_urls() { sed -nE 's/.*\.package\(url: "([^"]+)".*/\1/p' "$root/Package.swift"; }
package_name() { basename "$1" .git; }

# Fetched packages take the place of those of the network.
if [[ -n ${TGGE_PACKAGES:-} ]]; then
  packages=$(readlink -f "$TGGE_PACKAGES")
  [[ -d $packages ]] ||
    fail "$usage_error" "TGGE_PACKAGES is '$TGGE_PACKAGES'; it must be a folder that launch/fetch made"
  mkdir -p "$scratch/mirrors"
  while read -r url; do
    printf '{"mirror": "%s", "original": "%s"}\n' "file://$packages/$(package_name "$url").git" "$url"
  done < <(package_urls) | paste -sd, |
    sed 's/.*/{"object": [&], "version": 1}/' >"$scratch/mirrors/mirrors.json"
  swift_flags+=(--config-path "$scratch/mirrors")
fi

# Everything goes to standard error: standard output belongs to tgge. Left out are the lines that
# SwiftPM writes even when there is nothing to do, with MPICH one on linker flags that it ignores.
build() {
  local idle='Building for |Build (complete|of product .* complete)!'
  idle+='|\[[0-9]+/[0-9]+\] (Planning|Write) |warning: prohibited flag\(s\): -Wl,'
  swift build "${swift_flags[@]}" "$@" </dev/null 2>&1 | sed -u -E "\\@^($idle)@d" >&2
}

# MARK: Starting ranks

# How many threads this process may run on, how many cores the machine has, and the cores to use.
# Threads of one core share its vector units, so they count as one core.
threads=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc) # nproc would obey them
machine_cores=$({ lscpu --parse=CORE,SOCKET 2>/dev/null || true; } | sed '/^#/d' | sort -u | wc -l)
cores=$((0 < machine_cores && machine_cores < threads ? machine_cores : threads))

# Sets `start_ranks` to the command that starts $1 ranks. They are bound to cores only when they take
# the whole machine: the ranks of two smaller runs would be bound to the same first cores.
prepare_ranks() {
  local binding=none
  (($1 == machine_cores && $1 <= threads)) && binding=core
  start_ranks=("$mpirun" --bind-to "$binding" -np "$1")
}

# Put before a command, ends it when the script dies, even of SIGKILL: no run is left behind.
tied=()
if setpriv --pdeathsig TERM true 2>/dev/null; then tied=(setpriv --pdeathsig TERM); fi

# Whether a checkpoint is among the arguments of tgge.
saves_state() {
  local word
  for word; do [[ $word != --checkpoint && $word != --checkpoint=* ]] || return 0; done
  return 1
}

# Runs a command that starts ranks which save their state when they are stopped, and returns its status.
#
# SIGTERM to Open MPI's mpirun is lost on a large run: it sends the ranks SIGCONT, after a second SIGTERM,
# after another one SIGKILL, and returns 1 whatever they do. A longer odls_base_sigkill_timeout delays the
# signal as it does the kill, and every end but that of a finished run. SIGUSR1 goes to the ranks at once, in
# Open MPI and MPICH, and mpirun then waits for their end; so this is what becomes of SIGTERM and of the
# first Ctrl-C. The command has a session of its own, which signals to the group of this script (those of
# `timeout` and of a terminal) do not reach.
run_saving() {
  local run status=0 asked='' # what the next Ctrl-C sends, once the ranks were asked to stop
  "${tied[@]}" setsid "$@" <&0 &
  run=$!
  trap 'asked=TERM; kill -USR1 "$run" 2>/dev/null || true' TERM USR1
  # The second Ctrl-C ends the run as it is.
  trap 'kill "-${asked:-USR1}" "$run" 2>/dev/null || true; asked=TERM' INT
  trap 'kill -TSTP "$run"; kill -STOP $$; kill -CONT "$run"' TSTP
  # A signal ends `wait`, too; of a process that has ended it gives the status again and again.
  wait "$run" || status=$?
  while kill -0 "$run" 2>/dev/null; do
    status=0
    wait "$run" || status=$?
  done
  wait "$run" 2>/dev/null || status=$?
  trap - TERM USR1 INT TSTP
  # Before the ranks note signals, they end by this one.
  if [[ -n $asked ]] && ((status == 138 || status == 10)); then status=143; fi
  return "$status"
}

# More ranks than cores are allowed, in Open MPI 4 by the first name, in 5 by the second.
export OMPI_MCA_rmaps_base_oversubscribe=1
export PRTE_MCA_rmaps_default_mapping_policy=${PRTE_MCA_rmaps_default_mapping_policy:-:oversubscribe}
# After a status that is not zero Open MPI 4 adds no dozen lines of its own: tgge has said why.
export OMPI_MCA_orte_execute_quiet=1
# Open MPI lets root start ranks only if told twice; in a container one is root.
if ((EUID == 0)); then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
