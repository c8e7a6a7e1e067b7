// Runge-Kutta steps without a library.
#pragma once

#include <mpi.h>

#include "force.h"

struct counts {
  long steps, rejected, evaluations;
};

// What a run of order 8 did: the steps that were accepted, and γ_r A_r, γ_r B_r of all their stages.
struct history {
  long count, room;
  struct step {
    double length, moments[12][2 * channels];
  } *steps;
};

// One pass over memory for each stage: k_i, the state of stage i + 1 and its moments together.
// order is 5 or 8. With `occupations` n is evolved in place of λ: no exponentials, the tolerance still that of
// λ. Fills the history of order 8 unless it is NULL.
struct counts evolve_fused(const struct model *model, double *lambda, int order, bool occupations,
                           MPI_Comm group, struct history *history);

// Order 8 in tiles that stay in the first-level cache through all steps, with the moments that a lattice of 1024
// momenta had; they are then compared with those found. Modes are computed as they are needed, and no array but
// λ is in memory. Returns false where the moments differ: then λ is not to be used.
bool evolve_nested(const struct model *model, double *lambda, bool occupations, struct counts *counts,
                   double *current, double *filling);

// The same by implicit steps, Radau IIA of order 9, for stiff equations.
bool evolve_implicit(const struct model *model, double *lambda, struct counts *counts, double *current,
                     double *filling);

// The textbook loop over any force, for the pair sum.
struct counts evolve_plain(struct force *force, double *lambda, int order);
