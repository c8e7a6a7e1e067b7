#include <math.h>
#include <mpi.h>
#include <stdlib.h>

#include "control.h"
#include "dormand_prince_5.h"
#include "dormand_prince_8.h"
#include "explicit.h"
#include "pass.h"
#include "vector.h"

struct run {
  const struct model *model;
  MPI_Comm group;
  struct state state;
  long evaluations;
  double first[2 * channels]; // γA and γB at the beginning of the step
  struct step step;           // what is being tried
};

static void take_moments(struct run *run, double *moments) {
  for (int r = 0; r < channels; r++) {
    moments[2 * r] = run->state.A[r];
    moments[2 * r + 1] = run->state.B[r];
  }
}

// The sums of a pass over all ranks; those of a new state become its moments.
static void reduce(struct run *run, bool is_state) {
  struct state *s = &run->state;
  MPI_Allreduce(MPI_IN_PLACE, s->sums, 6, MPI_DOUBLE, MPI_SUM, run->group);
  if (!is_state) return;
  run->evaluations++;
  for (int r = 0; r < channels; r++) {
    s->A[r] = run->model->gamma[r] * s->sums[2 * r] / (double)run->model->is.momenta;
    s->B[r] = run->model->gamma[r] * s->sums[2 * r + 1] / (double)run->model->is.momenta;
  }
}

static double modes(const struct run *run) {
  return (double)(run->model->bands * run->model->is.momenta);
}

// A step of order 5 from a known k_1: seven passes for six evaluations. Returns the error.
static double attempt_5(struct run *run, double length) {
  struct state *s = &run->state;
  struct plan plan = make_plan(dormand_prince_5_stages[1], 0, length);
  restart(s, &plan);
  reduce(run, true);
  for (int stage = 1; stage < 5; stage++) {
    plan = make_plan(dormand_prince_5_stages[stage + 1], stage, length);
    advance(s, &plan);
    reduce(run, true);
  }
  plan = make_plan(dormand_prince_5_stages[6], 5, length);
  finish_5(s, &plan);
  reduce(run, true);
  struct plan last = {.target = 6};
  for (int j = 0; j < 6; j++)
    if (dormand_prince_5_error[j] != 0) last.stages[last.count++] = j;
  add_estimate(&last, 0, dormand_prince_5_error, length);
  estimate_5(s, &last);
  reduce(run, false);
  return sqrt(s->sums[4] / modes(run));
}

// A step of order 8: twelve passes for twelve evaluations. With `retries` k_1 is known, and u is that of
// another state.
static double attempt_8(struct run *run, double length, bool retries) {
  struct state *s = &run->state;
  run->step.length = length;
  if (!retries) take_moments(run, run->first);
  for (int i = 0; i < 2 * channels; i++) run->step.moments[0][i] = run->first[i];
  for (int stage = 0; stage < 11; stage++) {
    const struct plan plan = make_plan(dormand_prince_8_stages[stage + 1], stage, length);
    (stage == 0 && retries ? restart : advance)(s, &plan);
    reduce(run, true);
    take_moments(run, run->step.moments[stage + 1]);
  }
  struct plan plan = make_plan(dormand_prince_8_stages[12], 11, length);
  add_estimate(&plan, 0, dormand_prince_8_error5, length);
  add_estimate(&plan, 1, dormand_prince_8_error3, length);
  finish_8(s, &plan);
  reduce(run, true);
  return combined_error(s->sums[4], s->sums[5], modes(run));
}

// The moments of the start, and what changes λ by little as a first length.
static double begin(struct run *run, int order) {
  struct state *s = &run->state;
  const struct plan still = {.target = 0}; // k_1 is zero: the state itself
  restart(s, &still);
  reduce(run, true);
  take_moments(run, run->first);
  rates(s, &still);
  double largest = 0;
  for (long m = 0; m < s->size; m++) {
    const double y = s->y[m], k = fabs(s->k[0][m]);
    largest = fmax(largest, s->occupations ? k / (y * (1 - y)) : k / (1 + fabs(y)));
  }
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, run->group);
  return 0.1 * pow(fmax(s->relative, s->absolute), 1.0 / order) / largest;
}

static void exchange(double **one, double **other) {
  double *kept = *one;
  *one = *other;
  *other = kept;
}

static void append(struct history *history, const struct step *step) {
  if (history->count == history->room) {
    history->room = 2 * history->room + 64;
    history->steps = realloc(history->steps, sizeof *step * (size_t)history->room);
  }
  history->steps[history->count++] = *step;
}

struct counts evolve_fused(const struct model *model, double *lambda, int order, bool occupations,
                           MPI_Comm group, struct history *history) {
  struct run run = {.model = model, .group = group};
  struct state *s = &run.state;
  *s = (struct state){.size = model->size, .coupling = model->is.coupling, .occupations = occupations,
                      .absolute = model->is.absolute, .relative = model->is.relative};
  for (int r = 0; r < channels; r++) {
    s->f[r] = model->f[r];
    s->g[r] = model->g[r];
  }
  double **arrays[3 + most_stages] = {&s->y, &s->y_new, &s->u};
  const int count = 3 + (order == 5 ? 7 : 12);
  for (int i = 0; i < count; i++) {
    if (i >= 3) arrays[i] = &s->k[i - 3];
    *arrays[i] = allocate(model->size);
  }
  for (long m = 0; m < model->size; m++)
    s->y[m] = occupations ? 1 / (1 + exp(lambda[m])) : lambda[m];

  struct control control = make_control(order);
  double time = 0, length = fmin(begin(&run, order), model->is.end);
  bool retries = true; // as after a rejected step, k_1 is known
  while (time < model->is.end) {
    bool lands;
    const double step = next_length(length, model->is.end - time, &lands);
    const double error = order == 5 ? attempt_5(&run, step) : attempt_8(&run, step, retries);
    double factor;
    retries = !judge(&control, error, &factor);
    length = step * factor;
    if (retries) continue;
    time = lands ? model->is.end : time + step;
    exchange(&s->y, &s->y_new);
    if (order == 5) exchange(&s->k[0], &s->k[6]);
    if (history) append(history, &run.step);
  }
  for (long m = 0; m < model->size; m++)
    lambda[m] = occupations ? log((1 - s->y[m]) / s->y[m]) : s->y[m];
  for (int i = 0; i < count; i++) release(*arrays[i], model->size);
  return (struct counts){control.steps, control.rejected_steps, run.evaluations};
}
