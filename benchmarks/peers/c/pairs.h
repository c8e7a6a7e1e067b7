// The definition: gain and loss of each owned mode as a sum over all modes.
#pragma once

#include "model.h"

struct pairs;
struct pairs *make_pairs(const struct model *model);

// Gathers λ, sums over all pairs, and writes λ̇.
void sum_pairs(struct pairs *pairs, const double *lambda, double *rates);
