// Explicit steps with one pass over memory for each stage.
//
// A pass reads what a stage left behind, u = e^λ_i (or n_i), and knows the stage's moments. For eight modes
// at a time it computes k_i, stores it, forms the state of the next stage, its exponential and its
// contributions to the next moments. So every evaluation costs one exponential and one division or two for
// each mode, and the arrays are y, u and the k_i with weights that are not zero.
#include <math.h>
#include <mpi.h>

#include "control.h"
#include "dormand_prince_5.h"
#include "dormand_prince_8.h"
#include "explicit.h"
#include "vector.h"

enum { most_stages = 13, most_terms = 9 };

struct state {
  const struct model *model;
  double *y, *y_new, *u, *k[most_stages];
  double A[channels], B[channels]; // γ_r A_r and γ_r B_r of the stage that u belongs to
  double absolute, relative;
  double errors[2];                // Σ (h Σ e_j k_j / tolerance)², of both estimates
  long evaluations;
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

// Constants at each call: `count` terms, whether k is computed from u, whether it is the step's end,
// how many error estimates, whether n is evolved.
static inline __attribute__((always_inline)) void pass(struct state *s, const struct plan *plan,
                                                       const int count, const bool rates,
                                                       const bool advance, const bool ends,
                                                       const int estimates, const bool occupations) {
  const struct model *model = s->model;
  const double *f0 = model->f[0], *g0 = model->g[0], *f1 = model->f[1], *g1 = model->g[1];
  const double *k[most_terms];
  for (int j = 0; j < count; j++) k[j] = s->k[plan->stages[j]];
  double *own = s->k[plan->target];
  const v8 one = splat(1);
  const v8 a0 = splat(s->A[0]), a1 = splat(s->A[1]), b0 = splat(s->B[0]), b1 = splat(s->B[1]);
  const v8 scale = splat(occupations ? model->is.coupling : -model->is.coupling);
  v8 moments[4] = {splat(0), splat(0), splat(0), splat(0)}, errors[2] = {splat(0), splat(0)};

  for (long m = 0; m < model->size; m += lanes) {
    const v8 F0 = load(f0 + m), G0 = load(g0 + m), F1 = load(f1 + m), G1 = load(g1 + m);
    const v8 y = load(s->y + m);
    v8 rate = one;
    if (rates) {
      const v8 u = load(s->u + m);
      const v8 gain = a0 * G0 + a1 * G1, loss = b0 * F0 + b1 * F1;
      rate = occupations ? scale * (gain - u * (gain + loss))
                         : scale * (one + u) * (gain - loss / u);
      store(own + m, rate);
    } else {
      rate = load(own + m);
    }
    v8 next = y;
    if (advance) {
      v8 sum = splat(plan->own) * rate;
#pragma GCC unroll 16
      for (int j = 0; j < count; j++) sum += splat(plan->weights[j]) * load(k[j] + m);
      next += sum;
      const v8 u = occupations ? next : exponential(next);
      const v8 n = occupations ? next : one / (one + u);
      const v8 h = occupations ? one - next : u * n;
      store(s->u + m, u);
      if (ends) store(s->y_new + m, next);
      moments[0] += F0 * n;
      moments[1] += G0 * h;
      moments[2] += F1 * n;
      moments[3] += G1 * h;
    } else if (estimates > 0) {
      next = load(s->y_new + m);
    }
    if (estimates > 0) {
      v8 tolerance;
      if (occupations) { // dλ = dn/(n h)
        tolerance = splat(s->absolute) * y * (one - y);
      } else {
        const v8 size = larger(magnitude(y), magnitude(next));
        tolerance = splat(s->absolute) + splat(s->relative) * size;
      }
      const v8 inverse = one / tolerance;
      for (int i = 0; i < estimates; i++) {
        v8 error = splat(plan->own_errors[i]) * rate;
#pragma GCC unroll 16
        for (int j = 0; j < count; j++) error += splat(plan->errors[i][j]) * load(k[j] + m);
        error *= inverse;
        errors[i] += error * error;
      }
    }
  }

  double sums[6];
  for (int i = 0; i < 4; i++) sums[i] = lane_sum(moments[i]);
  for (int i = 0; i < 2; i++) sums[4 + i] = lane_sum(errors[i]);
  MPI_Allreduce(MPI_IN_PLACE, sums, 6, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  if (advance) {
    for (int r = 0; r < channels; r++) {
      s->A[r] = model->gamma[r] * sums[2 * r] / (double)model->is.momenta;
      s->B[r] = model->gamma[r] * sums[2 * r + 1] / (double)model->is.momenta;
    }
    s->evaluations++;
  }
  for (int i = 0; i < 2; i++) s->errors[i] = sums[4 + i];
}

#define each_count(do)                                                                             \
  switch (plan->count) {                                                                           \
    case 0: do(0); break;                                                                          \
    case 1: do(1); break;                                                                          \
    case 2: do(2); break;                                                                          \
    case 3: do(3); break;                                                                          \
    case 4: do(4); break;                                                                          \
    case 5: do(5); break;                                                                          \
    case 6: do(6); break;                                                                          \
    case 7: do(7); break;                                                                          \
    case 8: do(8); break;                                                                          \
    default: do(9); break;                                                                         \
  }

// k_i, and the state of stage i + 1.
static void advance(struct state *s, const struct plan *plan, bool occupations) {
#define of_lambda(n) pass(s, plan, n, true, true, false, 0, false)
#define of_n(n) pass(s, plan, n, true, true, false, 0, true)
  if (occupations) { each_count(of_n) } else { each_count(of_lambda) }
}

// The state of stage 2 where k_1 is known.
static void restart(struct state *s, const struct plan *plan, bool occupations) {
  if (occupations)
    pass(s, plan, 0, false, true, false, 0, true);
  else
    pass(s, plan, 0, false, true, false, 0, false);
}

// The last k of a step of order 5 with a sixth evaluation to come, and the end of the step.
static void finish_5(struct state *s, const struct plan *plan, bool occupations) {
  if (occupations)
    pass(s, plan, 4, true, true, true, 0, true);
  else
    pass(s, plan, 4, true, true, true, 0, false);
}

// k at the end of a step of order 5, and its error.
static void estimate_5(struct state *s, const struct plan *plan, bool occupations) {
  if (occupations)
    pass(s, plan, 5, true, false, false, 1, true);
  else
    pass(s, plan, 5, true, false, false, 1, false);
}

// The last k of a step of order 8, its end, the moments there, and both estimates of its error.
static void finish_8(struct state *s, const struct plan *plan, bool occupations) {
  if (occupations)
    pass(s, plan, 7, true, true, true, 2, true);
  else
    pass(s, plan, 7, true, true, true, 2, false);
}

// The terms of row `coefficients` with k_0 … k_own, the last of which the pass computes.
static struct plan make_plan(const double *coefficients, int own, double length) {
  struct plan plan = {.own = length * coefficients[own], .target = own};
  for (int j = 0; j < own; j++) {
    if (coefficients[j] == 0) continue;
    plan.stages[plan.count] = j;
    plan.weights[plan.count++] = length * coefficients[j];
  }
  return plan;
}

static void add_estimate(struct plan *plan, int which, const double *error, double length) {
  for (int j = 0; j < plan->count; j++) plan->errors[which][j] = length * error[plan->stages[j]];
  plan->own_errors[which] = length * error[plan->target];
}

static void exchange(double **one, double **other) {
  double *kept = *one;
  *one = *other;
  *other = kept;
}

// A step of order 5 from a known k_1: seven passes for six evaluations. Returns the error.
static double attempt_5(struct state *s, double length, bool occupations) {
  struct plan plan = make_plan(dormand_prince_5_stages[1], 0, length);
  restart(s, &plan, occupations);
  for (int stage = 1; stage < 5; stage++) {
    plan = make_plan(dormand_prince_5_stages[stage + 1], stage, length);
    advance(s, &plan, occupations);
  }
  plan = make_plan(dormand_prince_5_stages[6], 5, length);
  finish_5(s, &plan, occupations);
  struct plan last = {.target = 6};
  for (int j = 0; j < 6; j++)
    if (dormand_prince_5_error[j] != 0) last.stages[last.count++] = j;
  add_estimate(&last, 0, dormand_prince_5_error, length);
  estimate_5(s, &last, occupations);
  return sqrt(s->errors[0] / (double)(s->model->bands * s->model->is.momenta));
}

// A step of order 8: twelve passes for twelve evaluations.
static double attempt_8(struct state *s, double length, bool retries, bool occupations) {
  for (int stage = 0; stage < 11; stage++) {
    struct plan plan = make_plan(dormand_prince_8_stages[stage + 1], stage, length);
    if (stage == 0 && retries)
      restart(s, &plan, occupations);
    else
      advance(s, &plan, occupations);
  }
  struct plan plan = make_plan(dormand_prince_8_stages[12], 11, length);
  add_estimate(&plan, 0, dormand_prince_8_error5, length);
  add_estimate(&plan, 1, dormand_prince_8_error3, length);
  finish_8(s, &plan, occupations);
  const double fifth = s->errors[0], third = s->errors[1];
  const double both = fifth + 0.01 * third;
  if (both == 0) return 0;
  return fifth / sqrt(both * (double)(s->model->bands * s->model->is.momenta));
}

// The moments of the start, and what changes λ by little as a first length.
static double begin(struct state *s, int order, bool occupations) {
  struct plan plan = {.target = 0}; // k_0 is zero: the state itself
  restart(s, &plan, occupations);
  plan.target = 0;
  if (occupations)
    pass(s, &plan, 0, true, false, false, 0, true);
  else
    pass(s, &plan, 0, true, false, false, 0, false);
  double largest = 0;
  for (long m = 0; m < s->model->size; m++) {
    const double y = s->y[m], k = fabs(s->k[0][m]);
    largest = fmax(largest, occupations ? k / (y * (1 - y)) : k / (1 + fabs(y)));
  }
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return 0.1 * pow(fmax(s->relative, s->absolute), 1.0 / order) / largest;
}

struct counts evolve_fused(const struct model *model, double *lambda, int order, bool occupations) {
  struct state s = {.model = model, .absolute = model->is.absolute, .relative = model->is.relative};
  const int stages = order == 5 ? 7 : 12;
  s.y = allocate(model->size);
  s.y_new = allocate(model->size);
  s.u = allocate(model->size);
  for (int i = 0; i < stages; i++) s.k[i] = allocate(model->size);
  for (long m = 0; m < model->size; m++)
    s.y[m] = occupations ? 1 / (1 + exp(lambda[m])) : lambda[m];

  struct control control = make_control(order);
  double time = 0, length = fmin(begin(&s, order, occupations), model->is.end);
  bool retries = true; // k_1 is known, u is that of another state
  while (time < model->is.end) {
    bool lands;
    const double step = next_length(length, model->is.end - time, &lands);
    const double error = order == 5 ? attempt_5(&s, step, occupations)
                                    : attempt_8(&s, step, retries, occupations);
    double factor;
    retries = !judge(&control, error, &factor);
    length = step * factor;
    if (retries) continue;
    time = lands ? model->is.end : time + step;
    exchange(&s.y, &s.y_new);
    if (order == 5) exchange(&s.k[0], &s.k[6]);
  }
  for (long m = 0; m < model->size; m++)
    lambda[m] = occupations ? log((1 - s.y[m]) / s.y[m]) : s.y[m];
  return (struct counts){control.steps, control.rejected_steps, s.evaluations};
}
