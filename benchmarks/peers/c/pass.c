#include "pass.h"

#include "vector.h"

// Constants at each call: `count` terms, whether k is computed from u, whether it is the step's end,
// how many error estimates, whether n is evolved.
static inline __attribute__((always_inline)) void pass(struct state *s, const struct plan *plan,
                                                       const int count, const bool rates,
                                                       const bool advance, const bool ends,
                                                       const int estimates, const bool occupations) {
  const double *f0 = s->f[0], *g0 = s->g[0], *f1 = s->f[1], *g1 = s->g[1];
  const double *k[most_terms];
  for (int j = 0; j < count; j++) k[j] = s->k[plan->stages[j]];
  double *own = s->k[plan->target];
  const v8 one = splat(1);
  const v8 a0 = splat(s->A[0]), a1 = splat(s->A[1]), b0 = splat(s->B[0]), b1 = splat(s->B[1]);
  const v8 scale = splat(occupations ? s->coupling : -s->coupling);
  v8 moments[4] = {splat(0), splat(0), splat(0), splat(0)}, errors[2] = {splat(0), splat(0)};

  for (long m = 0; m < s->size; m += lanes) {
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

  for (int i = 0; i < 4; i++) s->sums[i] = lane_sum(moments[i]);
  for (int i = 0; i < 2; i++) s->sums[4 + i] = lane_sum(errors[i]);
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
void advance(struct state *s, const struct plan *plan) {
#define of_lambda(n) pass(s, plan, n, true, true, false, 0, false)
#define of_n(n) pass(s, plan, n, true, true, false, 0, true)
  if (s->occupations) { each_count(of_n) } else { each_count(of_lambda) }
}

// The state of stage 2 where k_1 is known.
void restart(struct state *s, const struct plan *plan) {
  if (s->occupations)
    pass(s, plan, 0, false, true, false, 0, true);
  else
    pass(s, plan, 0, false, true, false, 0, false);
}

// k of the present state.
void rates(struct state *s, const struct plan *plan) {
  if (s->occupations)
    pass(s, plan, 0, true, false, false, 0, true);
  else
    pass(s, plan, 0, true, false, false, 0, false);
}

// The last k of a step of order 5 with a sixth evaluation to come, and the end of the step.
void finish_5(struct state *s, const struct plan *plan) {
  if (s->occupations)
    pass(s, plan, 4, true, true, true, 0, true);
  else
    pass(s, plan, 4, true, true, true, 0, false);
}

// k at the end of a step of order 5, and its error.
void estimate_5(struct state *s, const struct plan *plan) {
  if (s->occupations)
    pass(s, plan, 5, true, false, false, 1, true);
  else
    pass(s, plan, 5, true, false, false, 1, false);
}

// The last k of a step of order 8, its end, the moments there, and both estimates of its error.
void finish_8(struct state *s, const struct plan *plan) {
  if (s->occupations)
    pass(s, plan, 7, true, true, true, 2, true);
  else
    pass(s, plan, 7, true, true, true, 2, false);
}

// The terms of row `coefficients` with k_0 … k_own, the last of which the pass computes.
struct plan make_plan(const double *coefficients, int own, double length) {
  struct plan plan = {.own = length * coefficients[own], .target = own};
  for (int j = 0; j < own; j++) {
    if (coefficients[j] == 0) continue;
    plan.stages[plan.count] = j;
    plan.weights[plan.count++] = length * coefficients[j];
  }
  return plan;
}

void add_estimate(struct plan *plan, int which, const double *error, double length) {
  for (int j = 0; j < plan->count; j++) plan->errors[which][j] = length * error[plan->stages[j]];
  plan->own_errors[which] = length * error[plan->target];
}
