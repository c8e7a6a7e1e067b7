// Steady states by hand: Newton's method in the logarithms of the 2R moments, n = in/(in + out).
#pragma once

#include <mpi.h>

#include "factors.h"

enum { recorded = 16 }; // momenta, evenly spaced

struct steady {
  double moments[2 * channels]; // A_0, B_0, A_1, B_1: (1/N) Σ f n and (1/N) Σ g h
  double *lambda;               // where λ of all modes goes; NULL where nobody wants it
  double recorded[2 * recorded]; // λ of this rank's recorded momenta, 0 for others
  long passes;
  double current, filling, residual;
};

// The moments of λ = 0.
void first_moments(const struct model *model, enum factors factors, struct steady *steady, MPI_Comm group);

// Iterates at half filling from the moments that `steady` holds until a step is below 1e-8.
void solve_steady(const struct model *model, enum factors factors, struct steady *steady, MPI_Comm group);

// One more pass: λ, the current, the filling, and how far the moments of λ are from those that gave it, which is
// a bound on |h in − n out|/(h in + n out) of any mode.
void finish_steady(const struct model *model, enum factors factors, struct steady *steady,
                   MPI_Comm group);

// Moments to begin with from a lattice of at most 1024 momenta, which each rank solves by itself.
void coarse_moments(const struct model *model, struct steady *steady);
