// Steady states of all λ at half filling by KINSOL, from
//
//   F_m = ln(out_m/in_m) − λ_m + κ (Σ n/M − filling) = 0
//
// of which the last term imposes the filling: it vanishes at the root, where Σ (h in − n out) = 0 leaves no
// room for a common shift. As a fixed point λ = λ + F it is what Anderson acceleration iterates.
#include <kinsol/kinsol.h>
#include <math.h>
#include <mpi.h>
#include <nvector/nvector_parallel.h>
#include <stdio.h>
#include <string.h>
#include <sunlinsol/sunlinsol_spgmr.h>

#include "library.h"
#include "vector.h"

enum { low = 2 * channels + 1 };
static const double kappa = 4;

struct problem {
  struct force *force;
  double filling;
  void *kinsol;
};

static void check(int status, const char *what) {
  if (status >= 0) return;
  fprintf(stderr, "peer: %s returned %d\n", what, status);
  MPI_Abort(MPI_COMM_WORLD, 70);
}

static double modes(const struct model *model) { return (double)(model->bands * model->is.momenta); }

static double excess(const struct problem *problem) {
  const struct model *model = problem->force->model;
  double number = 0;
  for (int band = 0; band < model->bands; band++) {
    const double *e = problem->force->exponentials + band * model->stride;
    for (long j = 0; j < model->owned; j++) number += 1 / (1 + e[j]);
  }
  MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return kappa * (number / modes(model) - problem->filling);
}

// F where `subtract`, λ + F where not.
static int evaluate(N_Vector state, N_Vector result, struct problem *problem, bool subtract) {
  struct force *force = problem->force;
  const struct model *model = force->model;
  double A[channels], B[channels];
  force->evaluations++;
  weigh(force, NV_DATA_P(state), A, B);
  const double shift = excess(problem);
  for (int band = 0; band < model->bands; band++) {
    const long at = band * model->stride;
    const double *restrict f0 = model->f[0] + at, *restrict g0 = model->g[0] + at;
    const double *restrict f1 = model->f[1] + at, *restrict g1 = model->g[1] + at;
    const double *restrict lambda = NV_DATA_P(state) + at;
    double *restrict to = NV_DATA_P(result) + at;
    const double a0 = A[0], a1 = A[1], b0 = B[0], b1 = B[1], keep = subtract ? 1 : 0;
    for (long j = 0; j < model->owned; j++)
      to[j] = log((b0 * f0[j] + b1 * f1[j]) / (a0 * g0[j] + a1 * g1[j])) + shift - keep * lambda[j];
    for (long j = model->owned; j < model->stride; j++) to[j] = 0;
  }
  return 0;
}

static int residual(N_Vector state, N_Vector result, void *problem) {
  return evaluate(state, result, problem, true);
}

static int image(N_Vector state, N_Vector result, void *problem) {
  return evaluate(state, result, problem, false);
}

// ∂F = −1 + U Vᵀ: columns U are g_r/in, f_r/out and 1; rows V are γ_r f_r χ/N, γ_r g_r χ/N and −κχ/M.
// (Σ g_r h grows with λ and Σ f_r n falls: both give a plus sign.)
static void columns_and_rows(const struct model *model, long m, const double *A, const double *B,
                             const double *e, v8 *columns, v8 *rows) {
  const v8 one = splat(1), exponential = load(e + m);
  const v8 chi = exponential / ((one + exponential) * (one + exponential));
  v8 gain = splat(1e-300), loss = splat(1e-300);
  for (int r = 0; r < channels; r++) {
    gain += splat(A[r]) * load(model->g[r] + m);
    loss += splat(B[r]) * load(model->f[r] + m);
  }
  for (int r = 0; r < channels; r++) {
    const v8 scale = chi * splat(model->gamma[r] / (double)model->is.momenta);
    columns[2 * r] = load(model->g[r] + m) / gain;
    columns[2 * r + 1] = load(model->f[r] + m) / loss;
    rows[2 * r] = scale * load(model->f[r] + m);
    rows[2 * r + 1] = scale * load(model->g[r] + m);
  }
  // The padding has no factors, which tells it from a mode.
  const v8_bits real = load(model->f[0] + m) > splat(0);
  columns[low - 1] = (v8)((v8_bits)one & real);
  rows[low - 1] = (v8)((v8_bits)(chi * splat(-kappa / modes(model))) & real);
}

// Vᵀ b, and Vᵀ U where it is asked for.
static void project(struct problem *problem, const double *A, const double *B, const double *b,
                    double *vb, double *vu) {
  const struct model *model = problem->force->model;
  v8 sums[low][low + 1];
  memset(sums, 0, sizeof sums);
  for (long m = 0; m < model->size; m += lanes) {
    v8 columns[low + 1], rows[low];
    columns_and_rows(model, m, A, B, problem->force->exponentials, columns, rows);
    columns[low] = load(b + m);
    for (int i = 0; i < low; i++)
      for (int j = vu ? 0 : low; j <= low; j++) sums[i][j] += rows[i] * columns[j];
  }
  double local[low][low + 1];
  for (int i = 0; i < low; i++)
    for (int j = 0; j <= low; j++) local[i][j] = lane_sum(sums[i][j]);
  MPI_Allreduce(MPI_IN_PLACE, local, low * (low + 1), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  for (int i = 0; i < low; i++) {
    vb[i] = local[i][low];
    for (int j = 0; vu && j < low; j++) vu[i * low + j] = local[i][j];
  }
}

// x = U y − s b
static void expand(struct problem *problem, const double *A, const double *B, const double *y,
                   const double *b, double *x) {
  const struct model *model = problem->force->model;
  for (long m = 0; m < model->size; m += lanes) {
    v8 columns[low], rows[low], sum = -load(b + m);
    columns_and_rows(model, m, A, B, problem->force->exponentials, columns, rows);
    for (int i = 0; i < low; i++) sum += splat(y[i]) * columns[i];
    store(x + m, sum);
  }
}

// J v = U (Vᵀ v) − v
static int times(N_Vector v, N_Vector product, N_Vector state, booleantype *is_new, void *data) {
  struct problem *problem = data;
  double A[channels], B[channels], projected[low];
  weigh(problem->force, NV_DATA_P(state), A, B);
  project(problem, A, B, NV_DATA_P(v), projected, NULL);
  expand(problem, A, B, projected, NV_DATA_P(v), NV_DATA_P(product));
  *is_new = SUNFALSE;
  return 0;
}

// MARK: Newton with exact steps. KINSOL has no matrix-embedded solvers: this one is an exact preconditioner.

// (−1 + U Vᵀ)⁻¹ v = −v − U (1 − VᵀU)⁻¹ Vᵀ v
static int solve_exactly(N_Vector state, N_Vector scale, N_Vector value, N_Vector value_scale,
                         N_Vector v, void *data) {
  (void)scale, (void)value, (void)value_scale;
  struct problem *problem = data;
  double A[channels], B[channels], y[low], vu[low][low];
  weigh(problem->force, NV_DATA_P(state), A, B);
  project(problem, A, B, NV_DATA_P(v), y, &vu[0][0]);
  for (int i = 0; i < low; i++)
    for (int j = 0; j < low; j++) vu[i][j] = (i == j) - vu[i][j];
  solve_small(low, vu, y);
  for (int i = 0; i < low; i++) y[i] = -y[i];
  expand(problem, A, B, y, NV_DATA_P(v), NV_DATA_P(v));
  return 0;
}

long steady_library(struct force *force, double *lambda, double filling, enum solver solver) {
  const struct model *model = force->model;
  SUNContext context;
  MPI_Comm world = MPI_COMM_WORLD;
  check(SUNContext_Create(&world, &context), "SUNContext_Create");
  long total = model->size;
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_LONG, MPI_SUM, world);
  N_Vector state = N_VMake_Parallel(world, model->size, total, lambda, context);
  N_Vector ones = N_VNew_Parallel(world, model->size, total, context);
  N_VConst(1, ones);
  struct problem problem = {.force = force, .filling = filling};
  void *memory = KINCreate(context);
  problem.kinsol = memory;
  check(KINSetUserData(memory, &problem), "KINSetUserData");
  check(KINSetFuncNormTol(memory, 1e-12), "KINSetFuncNormTol");
  check(KINSetNumMaxIters(memory, 2000), "KINSetNumMaxIters");
  SUNLinearSolver linear = NULL;
  if (solver == anderson) {
    // With one channel all images differ by constants only, and more than one difference is singular.
    const bool both = model->gamma[0] > 0 && model->gamma[1] > 0;
    check(KINSetMAA(memory, both ? 5 : 1), "KINSetMAA");
    check(KINInit(memory, image, state), "KINInit");
  } else {
    check(KINInit(memory, residual, state), "KINInit");
    const bool exact = solver == newton_woodbury;
    linear = SUNLinSol_SPGMR(state, exact ? SUN_PREC_RIGHT : SUN_PREC_NONE, 20, context);
    check(KINSetLinearSolver(memory, linear, NULL), "KINSetLinearSolver");
    check(KINSetJacTimesVecFn(memory, times), "KINSetJacTimesVecFn");
    if (exact) check(KINSetPreconditioner(memory, NULL, solve_exactly), "KINSetPreconditioner");
    check(KINSetScaledStepTol(memory, 1e-14), "KINSetScaledStepTol");
    check(KINSetMaxNewtonStep(memory, 1e6 * sqrt((double)total)), "KINSetMaxNewtonStep");
  }
  check(KINSol(memory, state, solver == anderson ? KIN_FP : KIN_LINESEARCH, ones, ones), "KINSol");
  long iterations;
  KINGetNumNonlinSolvIters(memory, &iterations);
  if (linear) SUNLinSolFree(linear);
  KINFree(&memory);
  N_VDestroy(state);
  N_VDestroy(ones);
  SUNContext_Free(&context);
  return iterations;
}
