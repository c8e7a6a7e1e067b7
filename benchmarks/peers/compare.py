"""Runs tgge and its peers in turns, checks their answers, and writes JSON lines and tables. Started by `run`."""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import BY_HAND, CASES, NESTED, PYTHON, SUNDIALS
from programs import BUILD, ROOT, Failed, answer, deviation, peer_words, ranked, start, tgge_words
from tables import write_tables


def say(text):
    print(text, file=sys.stderr, flush=True)


def programs(case, options):
    """(class, method, words) of all programs of a case that were asked for."""
    result = [("tgge", variant, ranked(tgge_words(case, variant), options.ranks)) for variant in case.variants]
    for kind, methods in case.programs.items():
        if kind == PYTHON and options.ranks > 1:
            continue
        ranks = 1 if kind == PYTHON else options.ranks
        result += [(kind, method, ranked(peer_words(case, kind, method), ranks)) for method in methods]
    return [entry for entry in result if entry[0] == "tgge" or not options.only or entry[1] in options.only]


def reference(case):
    """The answer at tight tolerance on a small lattice, on which tgge and the C program must agree."""
    tight = case.resized(1024)
    tight.tolerance = max(case.tolerance * 1e-4, 1e-13)
    method = "moments" if case.command != "evolve" else "plain8" if case.forces == "direct" else "fused8"
    peer, _, _ = start(peer_words(tight, BY_HAND, method), 600)
    found = answer(case, peer)
    try:
        own, _, _ = start(tgge_words(tight, ""), 600)
    except Failed as failure:
        say(f"{case.name}: no reference from tgge: {failure}")
        return found, None
    difference = deviation(found, answer(case, own))
    if difference > 0.02 * case.limit:
        raise SystemExit(f"{case.name}: tgge and the C program disagree by {difference:.1e} at tight tolerance")
    return answer(case, own), difference


def compare_all_modes(case):
    """The largest difference of any λ between tgge and each C program, on a lattice small enough for files."""
    small = case.resized(1024 if case.forces == "direct" else 2048)
    with tempfile.TemporaryDirectory() as folder:
        table, raw = Path(folder) / "tgge.csv", Path(folder) / "peer.bin"
        start(tgge_words(small, "", table), 600)
        rows = [line for line in table.read_text().splitlines() if line and not line.startswith("#")]
        own = [float(row.split(",")[-1]) for row in rows[1:]]
        result = {}
        for kind, methods in case.programs.items():
            for method in methods:
                try:
                    start(peer_words(small, kind, method, raw), 600)
                except Failed as failure:
                    say(f"{case.name} {method}: {failure}")
                    continue
                other = memoryview(raw.read_bytes()).cast("d")
                result[method] = deviation(own, other)
        return result


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "commit": subprocess.run(words, capture_output=True, text=True).stdout.strip(),
    }


def startup_seconds(ranks):
    """Processor seconds of tgge before and after its work, which its own clock leaves out."""
    words = ranked(tgge_words(CASES[4].resized(32), ""), ranks)
    return statistics.median(start(words, 60)[2] for _ in range(5))


def measure(case, options, expected, startup, file):
    """All runs of a case, round after round."""
    left = programs(case, options)
    common = {"case": case.name, "ranks": options.ranks} | machine()
    for repeat in range(options.repeats):
        for entry in list(left):
            kind, method, words = entry
            label = f"{case.name}  {' '.join([kind, method]).strip()}"
            line = common | {"kind": kind, "method": method, "repeat": repeat}
            try:
                report, process_seconds, cpu_seconds = start(words, options.limit)
            except Failed as failure:
                say(f"{label}: {failure}")
                file.write(json.dumps(line | {"failure": str(failure)}) + "\n")
                left.remove(entry)
                continue
            error = deviation(answer(case, report), expected)
            if not error <= case.limit:
                say(f"{label}: WRONG by {error:.1e}; at most {case.limit:.1e}")
                file.write(json.dumps(line | {"failure": f"wrong by {error:.1e}"}) + "\n")
                left.remove(entry)
                continue
            work = {key: report.get(key) for key in ("steps", "rejectedSteps", "forceEvaluations", "iterations")}
            line |= work | {
                "wallSeconds": report["wallSeconds"], "processSeconds": process_seconds, "error": error,
                "cpuSeconds": report.get("cpuSeconds", max(0, cpu_seconds - startup) / options.ranks),
                "tableSeconds": report.get("tableSeconds"),
            }
            file.write(json.dumps(line) + "\n")
            file.flush()
            say(f"{label}: {report['wallSeconds']:.4f} s, off by {error:.1e}")
            if line["wallSeconds"] > options.once:
                left.remove(entry)


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/peers/run", description=__doc__)
    names = ", ".join(case.name for case in CASES)
    parser.add_argument("--cases", nargs="+", metavar="NAME", help=f"beginnings of names: {names}")
    parser.add_argument("--only", nargs="+", metavar="METHOD", help="these methods of the peers only")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--ranks", type=int, default=1, help="of tgge and of C; Python is left out beyond 1")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a run is given up")
    parser.add_argument("--once", type=float, default=30, help="a program that takes longer is not repeated")
    parser.add_argument("--results", type=Path, default=BUILD / "results.jsonl")
    parser.add_argument("--skip-modes-check", action="store_true", help="no comparison of all λ")
    parser.add_argument("--tables-only", action="store_true", help="tables of an earlier run")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    if not options.tables_only:
        beginnings = tuple(options.cases or [""])
        chosen = [case for case in CASES if case.name.startswith(beginnings)]
        if not chosen:
            parser.error(f"no case begins with {' or '.join(beginnings)}; there are {names}")
        startup = startup_seconds(options.ranks)
        references = {}
        with options.results.open("w") as file:
            for case in chosen:
                if case.family not in references:
                    references[case.family] = expected, difference = reference(case)
                    if difference is not None:
                        say(f"{case.name}: reference known within {difference:.1e}")
                    if not options.skip_modes_check and case.command != "sweep":
                        for method, found in compare_all_modes(case).items():
                            say(f"{case.name}: λ of all modes of {method} within {found:.1e} of tgge's")
                            if not found <= 2 * case.limit:
                                raise SystemExit(f"{method} is wrong")
                measure(case, options, references[case.family][0], startup, file)
    write_tables(options.results, [case.name for case in CASES], (BY_HAND, NESTED, SUNDIALS, PYTHON))


main()
