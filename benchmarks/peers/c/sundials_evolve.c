#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <mpi.h>
#include <nvector/nvector_parallel.h>
#include <stdio.h>
#include <stdlib.h>
#include <sundials/sundials_linearsolver.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include "library.h"

static void check(int status, const char *what) {
  if (status >= 0) return;
  fprintf(stderr, "peer: %s returned %d\n", what, status);
  MPI_Abort(MPI_COMM_WORLD, 70);
}

static int rates(realtype time, N_Vector y, N_Vector ydot, void *force) {
  (void)time;
  derivative(force, NV_DATA_P(y), NV_DATA_P(ydot));
  return 0;
}

// MARK: Krylov, with the diagonal of the Jacobian as preconditioner

struct krylov {
  struct force *force;
  double *diagonal;
};

static int krylov_rates(realtype time, N_Vector y, N_Vector ydot, void *data) {
  return rates(time, y, ydot, ((struct krylov *)data)->force);
}

static int set_up(realtype time, N_Vector y, N_Vector fy, booleantype good, booleantype *current,
                  realtype gamma, void *data) {
  (void)time, (void)fy, (void)gamma;
  struct krylov *krylov = data;
  if (!good) jacobian_diagonal(krylov->force, NV_DATA_P(y), krylov->diagonal);
  *current = !good;
  return 0;
}

static int precondition(realtype time, N_Vector y, N_Vector fy, N_Vector r, N_Vector z,
                        realtype gamma, realtype delta, int side, void *data) {
  (void)time, (void)y, (void)fy, (void)delta, (void)side;
  const struct krylov *krylov = data;
  const double *restrict right = NV_DATA_P(r), *restrict diagonal = krylov->diagonal;
  double *restrict solution = NV_DATA_P(z);
  for (long m = 0; m < krylov->force->model->size; m++)
    solution[m] = right[m] / (1 - gamma * diagonal[m]);
  return 0;
}

static int times(N_Vector v, N_Vector product, realtype time, N_Vector y, N_Vector fy, void *data,
                 N_Vector work) {
  (void)time, (void)fy, (void)work;
  jacobian_times(((struct krylov *)data)->force, NV_DATA_P(y), NV_DATA_P(v), NV_DATA_P(product));
  return 0;
}

// MARK: Exact solves: CVODE asks for (I − γ ∂f/∂y) x = b at its present y

struct woodbury {
  void *cvode;
  struct force *force;
};

static SUNLinearSolver_Type kind(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_MATRIX_EMBEDDED;
}

static int solve(SUNLinearSolver solver, SUNMatrix none, N_Vector x, N_Vector b, realtype tolerance) {
  (void)none, (void)tolerance;
  const struct woodbury *woodbury = solver->content;
  realtype time, gamma, factor;
  N_Vector predicted, y, fy, history;
  void *data;
  const int status = CVodeGetNonlinearSystemData(woodbury->cvode, &time, &predicted, &y, &fy, &gamma,
                                                 &factor, &history, &data);
  if (status < 0) return status;
  solve_linear(woodbury->force, NV_DATA_P(y), gamma, NV_DATA_P(b), NV_DATA_P(x));
  return 0;
}

static int destroy(SUNLinearSolver solver) {
  SUNLinSolFreeEmpty(solver);
  return 0;
}

// MARK: Runs

static struct counts evolve_explicit(struct force *force, N_Vector y, bool eighth, SUNContext context) {
  const struct parameters *is = &force->model->is;
  void *memory = ERKStepCreate(rates, 0, y, context);
  check(ERKStepSetUserData(memory, force), "ERKStepSetUserData");
  check(ERKStepSStolerances(memory, is->relative, is->absolute), "ERKStepSStolerances");
  check(ERKStepSetTableNum(memory, eighth ? ARKODE_FEHLBERG_13_7_8 : ARKODE_DORMAND_PRINCE_7_4_5),
        "ERKStepSetTableNum");
  check(ERKStepSetMaxNumSteps(memory, 100000000), "ERKStepSetMaxNumSteps");
  check(ERKStepSetStopTime(memory, is->end), "ERKStepSetStopTime");
  realtype reached;
  check(ERKStepEvolve(memory, is->end, y, &reached, ARK_NORMAL), "ERKStepEvolve");
  struct counts counts;
  long fails;
  ERKStepGetNumSteps(memory, &counts.steps);
  ERKStepGetNumErrTestFails(memory, &fails);
  counts.rejected = fails;
  ERKStepFree(&memory);
  return counts;
}

static struct counts evolve_multistep(struct force *force, N_Vector y, enum integrator integrator,
                                      SUNContext context) {
  const struct model *model = force->model;
  void *memory = CVodeCreate(integrator == adams ? CV_ADAMS : CV_BDF, context);
  struct krylov krylov = {.force = force};
  const bool by_krylov = integrator == bdf_krylov;
  check(CVodeInit(memory, by_krylov ? krylov_rates : rates, 0, y), "CVodeInit");
  check(CVodeSetUserData(memory, by_krylov ? (void *)&krylov : (void *)force), "CVodeSetUserData");
  check(CVodeSStolerances(memory, model->is.relative, model->is.absolute), "CVodeSStolerances");
  check(CVodeSetMaxNumSteps(memory, 100000000), "CVodeSetMaxNumSteps");
  check(CVodeSetStopTime(memory, model->is.end), "CVodeSetStopTime");
  SUNLinearSolver linear = NULL;
  SUNNonlinearSolver iteration = NULL;
  struct woodbury woodbury = {memory, force};
  if (integrator == adams) {
    iteration = SUNNonlinSol_FixedPoint(y, 0, context);
    check(CVodeSetNonlinearSolver(memory, iteration), "CVodeSetNonlinearSolver");
  } else if (!by_krylov) {
    linear = SUNLinSolNewEmpty(context);
    linear->ops->gettype = kind;
    linear->ops->solve = solve;
    linear->ops->free = destroy;
    linear->content = &woodbury;
    check(CVodeSetLinearSolver(memory, linear, NULL), "CVodeSetLinearSolver");
  } else {
    krylov.diagonal = malloc(sizeof(double) * (size_t)(model->size + 1));
    linear = SUNLinSol_SPGMR(y, SUN_PREC_LEFT, 5, context);
    check(CVodeSetLinearSolver(memory, linear, NULL), "CVodeSetLinearSolver");
    check(CVodeSetPreconditioner(memory, set_up, precondition), "CVodeSetPreconditioner");
    check(CVodeSetJacTimes(memory, NULL, times), "CVodeSetJacTimes");
  }
  realtype reached;
  check(CVode(memory, model->is.end, y, &reached, CV_NORMAL), "CVode");
  struct counts counts;
  long fails;
  CVodeGetNumSteps(memory, &counts.steps);
  CVodeGetNumErrTestFails(memory, &fails);
  counts.rejected = fails;
  if (linear) SUNLinSolFree(linear);
  if (iteration) SUNNonlinSolFree(iteration);
  CVodeFree(&memory);
  free(krylov.diagonal);
  return counts;
}

struct counts evolve_library(struct force *force, double *lambda, enum integrator integrator) {
  const struct model *model = force->model;
  SUNContext context;
  MPI_Comm world = MPI_COMM_WORLD;
  check(SUNContext_Create(&world, &context), "SUNContext_Create");
  long total = model->size;
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_LONG, MPI_SUM, world);
  N_Vector y = N_VMake_Parallel(world, model->size, total, lambda, context);
  const bool is_explicit = integrator == erk5 || integrator == erk8;
  struct counts counts = is_explicit ? evolve_explicit(force, y, integrator == erk8, context)
                                     : evolve_multistep(force, y, integrator, context);
  counts.evaluations = force->evaluations;
  N_VDestroy(y);
  SUNContext_Free(&context);
  return counts;
}
