"""ReFrame checks of tgge: its benchmarks run, pass their own checks, and their figures are recorded.

    benchmarks/reframe                                          on this machine
    reframe -C SITE.py -c benchmarks/reframe_tgge.py -r         on a system that ReFrame knows

TGGE_BINARY names the program; by default it is the one that launch/build leaves. `-P ranks=128` and
`-S modes=1000000` change ranks and sizes. References are for a site to add; without them figures are
recorded and not judged.
"""

import json
import os

import reframe as rfm
import reframe.utility.sanity as sn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("TGGE_BINARY", os.path.join(ROOT, ".build", "release", "tgge"))


class Benchmark(rfm.RunOnlyRegressionTest):
    """A `tgge benchmark` command, whose standard output are lines of JSON."""

    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    executable = BINARY
    ranks = parameter([1, 2])
    modes = variable(int, value=4096)
    repeats = variable(int, value=5)
    command = None
    engines = ()

    @run_after("init")
    def describe(self):
        self.num_tasks = self.ranks
        self.executable_opts = [
            "benchmark", self.command, "--modes", str(self.modes),
            "--repeats", str(self.repeats), "--json",
        ]

    @deferrable
    def rows(self):
        """The lines as dictionaries."""
        with open(os.path.join(self.stagedir, str(sn.evaluate(self.stdout)))) as lines:
            return [json.loads(line) for line in lines if line.startswith("{")]

    @deferrable
    def figure(self, key, **where):
        """A figure of the line with certain values."""
        for row in sn.evaluate(self.rows()):
            if all(row.get(name) == value for name, value in where.items()):
                return row[key]
        raise ValueError(f"no line of the output has {where}")

    @sanity_function
    def is_verified(self):
        """Every line has passed its checks, on as many ranks as were asked for."""
        rows = self.rows()
        return sn.all([
            sn.assert_eq(sn.evaluate(sn.len(rows)) > 0, True, "there is no line"),
            sn.assert_eq({row["engine"] for row in sn.evaluate(rows)}, set(self.engines)),
            sn.assert_true(all(row["verified"] is True for row in sn.evaluate(rows)), "not verified"),
            sn.assert_eq({row["ranks"] for row in sn.evaluate(rows)}, {self.ranks}),
        ])


@rfm.simple_test
class Forces(Benchmark):
    """Both engines next to the limits of the cores."""

    command = "forces"
    engines = ("direct", "separable", "sum")

    @performance_function("1")
    def direct_of_peak(self):
        return self.figure("fractionOfPeak", engine="direct", channels=2)

    @performance_function("s")
    def direct_evaluation(self):
        return self.figure("fastestSeconds", engine="direct", channels=2)

    @performance_function("s")
    def separable_evaluation(self):
        return self.figure("fastestSeconds", engine="separable", channels=2)


@rfm.simple_test
class Evolve(Benchmark):
    """An evolution to t = 10."""

    command = "evolve"
    engines = ("separable",)

    @performance_function("s")
    def evolution(self):
        return self.figure("fastestSeconds")


@rfm.simple_test
class Steady(Benchmark):
    """A steady state with its tables and certificate."""

    command = "steady"
    engines = ("separable",)

    @performance_function("s")
    def steady_state(self):
        return self.figure("fastestSeconds")


@rfm.simple_test
class Collectives(Benchmark):
    """The messages by themselves."""

    command = "collectives"
    engines = ("sum", "gather")

    @performance_function("us")
    def exact_sums(self):
        return self.figure("fastestExactMicroseconds", engine="sum", channels=2)

    @performance_function("us")
    def gather(self):
        return self.figure("fastestMicroseconds", engine="gather")
