"""How each program is started, and what a run gives."""

import json
import os
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

from cases import PYTHON

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = HERE / ".build"
MOMENTA = "[" + ", ".join(str(-1 + i / 8) for i in range(16)) + "]"


class Failed(Exception):
    """A run that gave no result, and why."""


def start(words, limit):
    """Runs a program: its JSON object, the seconds of the process and of its processors."""
    began = time.perf_counter()
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    late = []

    def stop():
        late.append(True)
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(limit, stop)
    timer.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    try:
        output = process.stdout.read()
        reader.join()
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:  # interrupted: leave nothing behind
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if late:
        raise Failed(f"more than {limit:.0f} s")
    if process.returncode != 0:
        lines = errors[0].strip().splitlines()
        raise Failed(f"exit status {process.returncode}: {lines[0] if lines else ''}")
    seconds = time.perf_counter() - began
    return json.loads(output), seconds, usage.ru_utime + usage.ru_stime


def ranked(words, ranks):
    """One rank is started without a launcher, whose own work would be counted."""
    return words if ranks == 1 else shlex.split(os.environ["PEERS_MPIRUN"]) + ["-np", str(ranks)] + words


def tgge_words(case, variant, out=None):
    deck = ROOT / "launch" / "inputs" / ("figure5a.yaml" if case.rashba else "figure3.yaml")
    words = [os.environ["PEERS_TGGE"], case.command, str(deck), "--json", "--quiet"]
    words += ["--modes", str(case.modes)]
    values = {"baths.thermal.beta": case.beta, "baths.drive": case.drive, "record.momenta": MOMENTA}
    if case.command == "evolve":
        values |= {
            "time.end": case.end, "time.outputs": 2,
            "time.relative-tolerance": case.tolerance, "time.absolute-tolerance": case.tolerance,
        }
    if variant:
        values["time.method"] = variant
    if case.command == "sweep":
        words += ["--vary", "baths.drive=0:1:0.01"]
        del values["baths.drive"]
    if case.forces == "direct":
        words += ["--forces", "direct"]
    for key, value in values.items():
        words += ["--set", f"{key}={value}"]
    return words + (["--out", str(out)] if out else [])


def peer_words(case, kind, method, out=None):
    script = [str(BUILD / "venv/bin/python"), str(HERE / "python/peer.py")]
    words = script if kind == PYTHON else [str(BUILD / "peer")]
    words += [case.command, "--method", method, "--modes", str(case.modes), "--beta", str(case.beta)]
    words += ["--drive", str(case.drive), "--model", "rashba" if case.rashba else "chain"]
    words += ["--end", str(case.end), "--tolerance", str(case.tolerance), "--forces", case.forces]
    return words + (["--out", str(out)] if out else [])


def answer(case, report):
    """What must agree: λ at sixteen momenta, highest band first, and the current; of a sweep its currents."""
    own = "command" in report and "program" not in report  # tgge's JSON, not a peer's
    if case.command == "sweep":
        return [point["current"] for point in report["points"]] if own else report["currents"]
    values = [entry["value"] for entry in report["lambda"]] if own else report["lambda"]
    return values + [report["current"]]


def deviation(one, other):
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
