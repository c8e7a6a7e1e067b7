"""Markdown tables of a file of results: medians with spread, and ratios of medians to tgge's."""

import json
from statistics import median


def seconds(value):
    return f"{value:.3g}"


def read(path):
    """{case: {(kind, method): [run, …]}}, and the failures."""
    runs, failures, first = {}, [], None
    for text in path.read_text().splitlines():
        line = json.loads(text)
        first = first or line
        if "failure" in line:
            failures.append(line)
        else:
            runs.setdefault(line["case"], {}).setdefault((line["kind"], line["method"]), []).append(line)
    return runs, failures, first


def write_tables(path, order, kinds):
    runs, failures, first = read(path)
    print(f"{first['processor']}, {first['cores']} cores; {first['ranks']} rank(s); commit {first['commit']}\n")
    summarise(runs, order, kinds)
    for name in order:
        if name in runs:
            detail(name, runs[name])
    for line in failures:
        print(f"{line['case']}, {line['kind']} {line['method']}: {line['failure']}")


def wall(list_of_runs):
    return median(run["wallSeconds"] for run in list_of_runs)


def cpu(list_of_runs):
    return median(run["cpuSeconds"] for run in list_of_runs)


def fastest(of_case, kind):
    """(method, wall seconds, cpu seconds) of the fastest program of a class."""
    candidates = [(method, wall(found), cpu(found)) for (k, method), found in of_case.items() if k == kind]
    return min(candidates, key=lambda entry: entry[1]) if candidates else None


def ratio(one, other):
    return f"{one / other:.2g}" if other > 0 else ""


def cpu_ratio(one, other):
    """A ratio of processor times; none where the start, which is taken from tgge's, scatters by as much."""
    return ratio(one, other) if other >= 0.05 else ""


def ratios(peer, own):
    """Those of wall and of processor time of two entries."""
    return ", ".join(filter(None, [ratio(peer[1], own[1]), cpu_ratio(peer[2], own[2])]))


def summarise(runs, order, kinds):
    """The fastest program of each class: ratios above 1 are tgge's gain."""
    print("| case | tgge, s | " + " | ".join(f"best {kind}, s | ratio, of cpu" for kind in kinds) + " |")
    print("|---|---:|" + "---:|---:|" * len(kinds))
    for name in order:
        own = fastest(runs.get(name, {}), "tgge")
        if not own:
            continue
        cells = [name, seconds(own[1]) + (f" ({own[0]})" if own[0] else "")]
        for kind in kinds:
            best = fastest(runs[name], kind)
            if not best:
                cells += ["", ""]
                continue
            cells += [f"{seconds(best[1])} {best[0]}", ratios(best, own)]
        print("| " + " | ".join(cells) + " |")
    print()


def detail(name, of_case):
    own = of_case.get(("tgge", ""))
    print(f"### {name}\n")
    heads = "program | wall, s | least … most | cpu, s | ratio | cpu ratio | evaluations | error | runs"
    print(f"| {heads} |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for (kind, method), list_of_runs in sorted(of_case.items(), key=lambda item: wall(item[1])):
        walls = [run["wallSeconds"] for run in list_of_runs]
        both = [ratio(median(walls), wall(own)), cpu_ratio(cpu(list_of_runs), cpu(own))] if own else ["", ""]
        run = list_of_runs[0]
        work = run["forceEvaluations"] or run["iterations"] or ""
        spread = f"{seconds(min(walls))} … {seconds(max(walls))}"
        cells = [f"{kind} {method}".strip(), seconds(median(walls)), spread, seconds(cpu(list_of_runs)), *both]
        cells += [str(work), f"{run['error']:.1e}", str(len(walls))]
        print("| " + " | ".join(cells) + " |")
    print()
