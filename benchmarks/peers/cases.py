"""What is computed: one entry for each row of the tables, the same physics for tgge and its peers."""

from dataclasses import dataclass

BY_HAND = "C by hand"
NESTED = "C, moments known"
SUNDIALS = "C + SUNDIALS"
PYTHON = "Python"


@dataclass
class Case:
    name: str
    command: str
    modes: int
    programs: dict  # methods of each class of programs
    rashba: bool = False
    beta: float = 2
    drive: float = 0.5
    end: float = 10
    tolerance: float = 1e-8
    forces: str = "moments"
    variants: tuple = ("",)  # of tgge: values of time.method beside the default

    @property
    def family(self):
        """Cases whose answers are the same but for terms that vanish exponentially with the size."""
        return (self.command, self.rashba, self.beta, self.drive, self.end, self.tolerance, self.forces)

    @property
    def limit(self):
        """How far an answer may be from the reference: a global error of 50 local tolerances, or rounding."""
        return 50 * self.tolerance if self.command == "evolve" else 1e-10

    def resized(self, modes):
        return Case(**{**self.__dict__, "modes": modes})


EVOLVE = {
    BY_HAND: ["fused5", "fused8", "fused5-n", "fused8-n", "plain5"],
    NESTED: ["nested8", "nested8-n", "nested-implicit"],
    SUNDIALS: ["erk5", "erk8", "adams", "bdf-krylov", "bdf-woodbury"],
    PYTHON: ["numpy-dop853", "numpy-lsoda", "numba-dop853"],
}
STEADY = {
    BY_HAND: ["moments", "moments-computed"],
    NESTED: ["moments-nested"],
    SUNDIALS: ["anderson", "newton-krylov", "newton-woodbury"],
    PYTHON: ["numpy-root", "numba-root"],
}
DIRECT = {
    BY_HAND: ["plain5", "plain8"],
    SUNDIALS: ["erk5", "erk8"],
    PYTHON: ["numpy-dop853", "numba-dop853"],
}
# Where stability limits explicit steps they are run on the smaller lattice only.
COLD = {
    BY_HAND: ["fused5", "fused8"],
    NESTED: ["nested-implicit"],
    SUNDIALS: ["erk5", "bdf-krylov", "bdf-woodbury"],
    PYTHON: ["numpy-bdf", "numpy-lsoda"],
}
RASHBA = {
    BY_HAND: ["fused5", "fused8"],
    NESTED: ["nested8", "nested-implicit"],
    SUNDIALS: ["erk5", "erk8", "adams", "bdf-krylov", "bdf-woodbury"],
    PYTHON: ["numpy-bdf", "numpy-lsoda", "numpy-dop853", "numba-dop853"],
}
IMPLICIT = {
    NESTED: ["nested-implicit"],
    SUNDIALS: ["bdf-krylov", "bdf-woodbury"],
    PYTHON: ["numpy-bdf", "numpy-lsoda"],
}
BOTH = ("", "explicit", "implicit")

CASES = [
    Case("direct-2^14", "evolve", 1 << 14, DIRECT, end=1, forces="direct"),
    Case("evolve-1e5", "evolve", 10**5, EVOLVE),
    Case("evolve-1e6", "evolve", 10**6, EVOLVE),
    Case("evolve-1e7", "evolve", 10**7, EVOLVE),
    Case("steady-1e5", "steady", 10**5, STEADY),
    Case("steady-1e6", "steady", 10**6, STEADY),
    Case("steady-1e7", "steady", 10**7, STEADY),
    Case("sweep-1e5", "sweep", 10**5, STEADY),
    Case("cold-1e4", "evolve", 10**4, COLD, beta=10, end=400, variants=BOTH),
    Case("cold-1e5", "evolve", 10**5, IMPLICIT, beta=10, end=400, variants=("", "implicit")),
    Case("rashba-1e4", "evolve", 10**4, RASHBA, rashba=True, end=400, tolerance=1e-9, variants=BOTH),
    Case("rashba-1e5", "evolve", 10**5, RASHBA, rashba=True, end=400, tolerance=1e-9, variants=BOTH),
]
