// The same work by SUNDIALS with its own parallel vectors.
#pragma once

#include "explicit.h"

enum integrator { erk5, erk8, adams, bdf_krylov, bdf_woodbury };
struct counts evolve_library(struct force *force, double *lambda, enum integrator integrator);

enum solver { anderson, newton_krylov, newton_woodbury };
long steady_library(struct force *force, double *lambda, double filling, enum solver solver);
