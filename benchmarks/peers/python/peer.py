"""peer.py COMMAND --method NAME …: what a user of NumPy, SciPy and numba would write; one JSON line.

  evolve   numpy-dop853, numba-dop853, numpy-bdf, numba-bdf, numpy-lsoda, numba-lsoda
  steady   numpy-root, numba-root
  sweep    the same, each point from the last

Options as those of the C program. Imports, and numba's compilation on a small lattice, come before the clock.
"""

import argparse
import json
import time

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import root
from scipy.sparse import dia_matrix

from model import Model

RECORDED = 16


def evolve(model, options, method):
    pairs = options.forces == "direct"
    rates = model.pair_derivative if pairs else model.derivative
    # Stiff solvers get the diagonal part of the Jacobian, which is all but a low rank of it.
    diagonal = {}
    if method == "bdf":
        diagonal = {"jac": lambda _, lam: dia_matrix((model.diagonal(lam)[None], [0]), (lam.size,) * 2).tocsc()}
    elif method == "lsoda":
        diagonal = {"jac": lambda _, lam: model.diagonal(lam)[None], "lband": 0, "uband": 0}
    result = solve_ivp(
        rates, (0, options.end), np.zeros(model.modes), method=method.upper(),
        rtol=options.tolerance, atol=options.tolerance, t_eval=[options.end], **diagonal,
    )
    if not result.success:
        raise SystemExit(result.message)
    return result.y[:, -1], {"forceEvaluations": int(result.nfev)}


def steady(model, start):
    """A root in the logarithms of the moments; the filling takes the place of an equation that follows."""
    half = model.modes / model.momenta / 2
    redundant = 0 if model.gamma[0] > 0 else 1
    passes = 0

    def residual(logs):
        nonlocal passes
        passes += 1
        again, number = model.map_moments(logs)
        difference = again - logs
        difference[redundant] = 4 * (number - half)
        return difference

    result = root(residual, start, method="hybr", tol=1e-13)
    if np.abs(result.fun).max() > 1e-10:
        raise SystemExit(result.message)
    return result.x, passes


def first_moments(model):
    return np.log(np.concatenate([model.f.sum(axis=1), model.g.sum(axis=1)]) / (2 * model.momenta))


def run(make, options, method):
    """The result and the JSON keys of a run with tables made by `make`."""
    model = make(options.modes, options.beta, options.drive, options.model == "rashba")
    extra = {}
    if options.command == "evolve":
        lam, extra = evolve(model, options, method)
    elif options.command == "steady":
        logs, passes = steady(model, first_moments(model))
        lam, extra = model.steady_lambda(logs), {"iterations": passes}
    else:
        currents, passes, logs = [], 0, first_moments(model)
        for point in range(101):
            model.gamma = np.array([1 - point / 100, point / 100])
            logs, more = steady(model, logs)
            passes += more
            lam = model.steady_lambda(logs)
            currents.append(model.current(lam))
        extra = {"iterations": passes, "currents": currents}
    return model, lam, extra


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["evolve", "steady", "sweep"])
    parser.add_argument("--method", required=True)
    parser.add_argument("--model", default="chain")
    parser.add_argument("--modes", type=int, default=1000)
    parser.add_argument("--beta", type=float, default=2)
    parser.add_argument("--drive", type=float, default=0.5)
    parser.add_argument("--end", type=float, default=10)
    parser.add_argument("--tolerance", type=float, default=1e-8)
    parser.add_argument("--forces", default="moments")
    parser.add_argument("--out")
    options = parser.parse_args()
    library, method = options.method.split("-")
    make = Model
    if library == "numba":
        from compiled import CompiledModel as make

        small = argparse.Namespace(**{**vars(options), "modes": 32, "end": 0.1})
        run(make, small, method)

    start, cpu = time.perf_counter(), time.process_time()
    model, lam, extra = run(make, options, method)
    bands = model.modes // model.momenta
    report = {
        "program": "python", "command": options.command, "method": options.method, "modes": options.modes,
        "ranks": 1, "current": model.current(lam), "filling": float((1 / (1 + np.exp(lam))).mean()),
        "lambda": lam.reshape(model.momenta, bands)[:: model.momenta // RECORDED].ravel().tolist(), **extra,
    }
    report["wallSeconds"] = time.perf_counter() - start
    report["cpuSeconds"] = time.process_time() - cpu
    if options.out:
        lam.tofile(options.out)
    print(json.dumps(report))


main()
