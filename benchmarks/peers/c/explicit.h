// Explicit Runge-Kutta pairs without a library.
#pragma once

#include "force.h"

struct counts {
  long steps, rejected, evaluations;
};

// One pass over memory for each stage: k_i, the state of stage i + 1 and its moments together.
// order is 5 or 8. With `occupations` n is evolved in place of λ: no exponentials, the tolerance still that of λ.
struct counts evolve_fused(const struct model *model, double *lambda, int order, bool occupations);

// The textbook loop over any force, for the pair sum.
struct counts evolve_plain(struct force *force, double *lambda, int order);
