// One pass of an explicit step over some modes, all in one loop.
//
// A pass reads what a stage left behind, u = e^λ_i (or n_i), and knows the stage's moments. For eight modes
// at a time it computes k_i, stores it, forms the state of the next stage, its exponential and its
// contributions to the next moments. So every evaluation costs one exponential and two divisions for
// each mode, and the arrays are y, u and the k_i with weights that are not zero.
#pragma once

#include "model.h"

enum { most_stages = 13, most_terms = 9 };

struct state {
  const double *f[channels], *g[channels];
  long size;
  double coupling, absolute, relative;
  bool occupations; // n is evolved in place of λ
  double *y, *y_new, *u, *k[most_stages];
  double A[channels], B[channels]; // γ_r A_r and γ_r B_r of the stage that u belongs to
  double sums[6];                  // of a pass: the moments of the next stage, and the errors
};

// What one pass does: the terms of the next state, and those of the error.
struct plan {
  int count;                    // stored k with weights, beyond the stage's own
  int stages[most_terms];       // which
  double weights[most_terms];   // h a_ij
  double own;                   // h a_ii of the k that this pass computes
  int target;                   // where it is stored
  double errors[2][most_terms]; // h e_j
  double own_errors[2];
};

// The terms of row `coefficients` with k_0 … k_own, the last of which the pass computes.
struct plan make_plan(const double *coefficients, int own, double length);
void add_estimate(struct plan *plan, int which, const double *error, double length);

void advance(struct state *s, const struct plan *plan);    // k_i, and the state of stage i + 1
void restart(struct state *s, const struct plan *plan);    // the state of stage 2 where k_1 is known
void rates(struct state *s, const struct plan *plan);      // k of the present state alone
void finish_5(struct state *s, const struct plan *plan);   // the sixth k and the end of a step of order 5
void estimate_5(struct state *s, const struct plan *plan); // k at that end, and the error
void finish_8(struct state *s, const struct plan *plan);   // the last k of order 8, the end, both errors
