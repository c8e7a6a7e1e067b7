// λ̇ from 2R moments, or from the sum over all pairs, as a user of a solver library would write it.
#pragma once

#include "model.h"

struct force {
  const struct model *model;
  double *exponentials; // e^λ of the last evaluation
  struct pairs *pairs;  // the pair sum takes the place of the moments unless this is NULL
  long evaluations;
};

struct force make_force(const struct model *model, bool direct);
void free_force(struct force *force);

// λ̇_m = −ε (1 + e^λ_m)(in_m − e^−λ_m out_m)
void derivative(struct force *force, const double *lambda, double *rates);

// γ_r A_r and γ_r B_r with A_r = (1/N) Σ f_r n and B_r = (1/N) Σ g_r h; leaves e^λ in the force.
void weigh(struct force *force, const double *lambda, double *A, double *B);

// Solves (I − τ ∂λ̇/∂λ) x = b at λ exactly: diagonal plus rank 2R, by the formula of Woodbury.
void solve_linear(struct force *force, const double *lambda, double tau, const double *b, double *x);

// The diagonal part alone, and the product of the Jacobian with a vector.
void jacobian_diagonal(struct force *force, const double *lambda, double *diagonal);
void jacobian_times(struct force *force, const double *lambda, const double *v, double *product);

// Gaussian elimination with row pivoting; the solution replaces b.
void solve_small(int n, double matrix[n][n], double *b);
