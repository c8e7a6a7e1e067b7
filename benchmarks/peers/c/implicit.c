// Radau IIA where all modes share the moments of each stage. Given these the equation of a mode is linear,
//
//   ṅ = ε (in − (in + out) n),   ḣ = ε (out − (in + out) h),
//
// so a step solves five equations for each mode, and Newton's method finds the moments on a small lattice. n and h
// both are kept, so that λ = ln(h/n) is good to rounding in either tail.
#include <math.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#include "explicit.h"
#include "factors.h"
#include "radau_9.h"
#include "vector.h"

enum { stages = 5, moments = 2 * channels, unknowns = stages * moments, part = 256 };

struct implicit_step {
  double length, moments[stages][moments]; // A_0, B_0, A_1, B_1 of each stage
};

struct implicit_history {
  long count, room;
  struct implicit_step *steps;
};

// Coefficients of a step: h a_ij, and ε γ A or ε γ B of each stage.
struct coefficients {
  v8 a[stages][stages], weights[stages][moments];
};

static struct coefficients make_coefficients(const struct model *model, const struct implicit_step *step) {
  struct coefficients c;
  for (int i = 0; i < stages; i++) {
    for (int j = 0; j < stages; j++) c.a[i][j] = splat(step->length * radau_9[i][j]);
    for (int p = 0; p < moments; p++)
      c.weights[i][p] = splat(model->is.coupling * model->gamma[p / 2] * step->moments[i][p]);
  }
  return c;
}

// 1 + h a diag(in + out), factorised in place with inverse pivots on the diagonal; gains and losses aside.
static inline __attribute__((always_inline)) void factorise(const struct coefficients *c, const v8 *f,
                                                            const v8 *g, v8 gain[stages],
                                                            v8 loss[stages], v8 lu[stages][stages]) {
#pragma GCC unroll 5
  for (int j = 0; j < stages; j++) {
    gain[j] = c->weights[j][0] * g[0] + c->weights[j][2] * g[1];
    loss[j] = c->weights[j][1] * f[0] + c->weights[j][3] * f[1];
    const v8 rate = gain[j] + loss[j];
#pragma GCC unroll 5
    for (int i = 0; i < stages; i++) lu[i][j] = c->a[i][j] * rate + splat(i == j);
  }
#pragma GCC unroll 5
  for (int p = 0; p < stages; p++) {
    lu[p][p] = splat(1) / lu[p][p];
#pragma GCC unroll 5
    for (int i = p + 1; i < stages; i++) {
      lu[i][p] *= lu[p][p];
#pragma GCC unroll 5
      for (int j = p + 1; j < stages; j++) lu[i][j] -= lu[i][p] * lu[p][j];
    }
  }
}

static inline __attribute__((always_inline)) void substitute(v8 lu[stages][stages], v8 x[stages]) {
#pragma GCC unroll 5
  for (int i = 1; i < stages; i++)
#pragma GCC unroll 5
    for (int j = 0; j < i; j++) x[i] -= lu[i][j] * x[j];
#pragma GCC unroll 5
  for (int i = stages - 1; i >= 0; i--) {
#pragma GCC unroll 5
    for (int j = i + 1; j < stages; j++) x[i] -= lu[i][j] * x[j];
    x[i] *= lu[i][i];
  }
}

// n and h at all stages.
static inline __attribute__((always_inline)) void stage_states(const struct coefficients *c,
                                                               v8 lu[stages][stages], const v8 *gain,
                                                               const v8 *loss, v8 n0, v8 h0, v8 *n, v8 *h) {
#pragma GCC unroll 5
  for (int i = 0; i < stages; i++) {
    n[i] = n0;
    h[i] = h0;
#pragma GCC unroll 5
    for (int j = 0; j < stages; j++) {
      n[i] += c->a[i][j] * gain[j];
      h[i] += c->a[i][j] * loss[j];
    }
  }
  substitute(lu, n);
  substitute(lu, h);
}

// Takes a step of `size` modes with given moments, and sums those that its stages have.
static void take_step(const struct coefficients *c, long size, const double *const *f, const double *const *g,
                      const double *n0, const double *h0, double *n1, double *h1,
                      double found[stages][moments]) {
  v8 sums[stages][moments];
  memset(sums, 0, sizeof sums);
  for (long m = 0; m < size; m += lanes) {
    const v8 F[channels] = {load(f[0] + m), load(f[1] + m)}, G[channels] = {load(g[0] + m), load(g[1] + m)};
    v8 lu[stages][stages], gain[stages], loss[stages], n[stages], h[stages];
    factorise(c, F, G, gain, loss, lu);
    stage_states(c, lu, gain, loss, load(n0 + m), load(h0 + m), n, h);
#pragma GCC unroll 5
    for (int i = 0; i < stages; i++) {
      sums[i][0] += F[0] * n[i];
      sums[i][1] += G[0] * h[i];
      sums[i][2] += F[1] * n[i];
      sums[i][3] += G[1] * h[i];
    }
    store(n1 + m, n[stages - 1]);
    store(h1 + m, h[stages - 1]);
  }
  for (int i = 0; i < stages; i++)
    for (int p = 0; p < moments; p++) found[i][p] += lane_sum(sums[i][p]);
}

// MARK: The small lattice

// ∂(moments found)/∂(moments assumed): with M = 1 + h a diag(in + out), ∂n = M⁻¹ h a (∂in − n ∂(in + out)).
static void differentiate(const struct model *model, const struct coefficients *c, const double *n0,
                          const double *h0, double jacobian[unknowns][unknowns]) {
  static v8 sums[unknowns][unknowns];
  memset(sums, 0, sizeof sums);
  for (long m = 0; m < model->size; m += lanes) {
    const v8 F[channels] = {load(model->f[0] + m), load(model->f[1] + m)};
    const v8 G[channels] = {load(model->g[0] + m), load(model->g[1] + m)};
    v8 lu[stages][stages], gain[stages], loss[stages], n[stages], h[stages];
    factorise(c, F, G, gain, loss, lu);
    stage_states(c, lu, gain, loss, load(n0 + m), load(h0 + m), n, h);
    for (int j = 0; j < stages; j++) {
      v8 response[stages];
      for (int i = 0; i < stages; i++) response[i] = c->a[i][j];
      substitute(lu, response);
      for (int i = 0; i < stages; i++)
        for (int q = 0; q < moments; q++) {
          const v8 row = (q % 2 == 0 ? F[q / 2] : -G[q / 2]) * response[i];
          for (int r = 0; r < channels; r++) {
            sums[i * moments + q][j * moments + 2 * r] += row * G[r] * h[j];
            sums[i * moments + q][j * moments + 2 * r + 1] -= row * F[r] * n[j];
          }
        }
    }
  }
  for (int row = 0; row < unknowns; row++)
    for (int column = 0; column < unknowns; column++)
      jacobian[row][column] = lane_sum(sums[row][column]) * model->is.coupling *
                              model->gamma[column % moments / 2] / (double)model->is.momenta;
}

// A step with moments that are those of its stages, by Newton's method from those that `step` holds.
static bool solve_step(const struct model *model, struct implicit_step *step, const double *n0,
                       const double *h0, double *n1, double *h1) {
  for (int iteration = 0; iteration < 12; iteration++) {
    const struct coefficients c = make_coefficients(model, step);
    double found[stages][moments] = {{0}}, jacobian[unknowns][unknowns], change[unknowns];
    take_step(&c, model->size, (const double *const *)model->f, (const double *const *)model->g, n0, h0, n1, h1, found);
    double largest = 0;
    for (int i = 0; i < unknowns; i++) {
      change[i] = found[i / moments][i % moments] / (double)model->is.momenta - step->moments[i / moments][i % moments];
      largest = fmax(largest, fabs(change[i] / step->moments[i / moments][i % moments]));
    }
    if (!isfinite(largest)) return false;
    if (largest < 3e-14) return true;
    differentiate(model, &c, n0, h0, jacobian);
    for (int i = 0; i < unknowns; i++)
      for (int j = 0; j < unknowns; j++) jacobian[i][j] = (i == j) - jacobian[i][j];
    solve_small(unknowns, jacobian, change);
    for (int i = 0; i < unknowns; i++) {
      double *moment = &step->moments[i / moments][i % moments];
      *moment = fmax(*moment + change[i], *moment / 10);
    }
  }
  return true; // as close as rounding lets it be: the large lattice judges
}

static void guess(struct implicit_step *step, double length, const double *from) {
  step->length = length;
  for (int i = 0; i < stages; i++) memcpy(step->moments[i], from, sizeof step->moments[i]);
}

static void append(struct implicit_history *history, const struct implicit_step *step) {
  if (history->count == history->room) {
    history->room = 2 * history->room + 64;
    history->steps = realloc(history->steps, sizeof *step * (size_t)history->room);
  }
  history->steps[history->count++] = *step;
}

// The error of two half steps, as a mean square of λ in units of the tolerance, from one whole step.
static double estimate(const struct model *model, const double *n, const double *h, const double *n2,
                       const double *h2) {
  double sum = 0;
  for (int band = 0; band < model->bands; band++)
    for (long m = band * model->stride; m < band * model->stride + model->owned; m++) {
      if (!(n[m] > 0 && h[m] > 0 && n2[m] > 0 && h2[m] > 0)) return NAN;
      const double lambda = log(h2[m] / n2[m]), difference = log(h[m] / n[m]) - lambda;
      const double ratio = difference / (model->is.absolute + model->is.relative * fabs(lambda));
      sum += ratio * ratio;
    }
  // 2⁹ − 1, less a margin for λ between the ends.
  return sqrt(sum / (double)(model->bands * model->is.momenta)) / 100;
}

static struct implicit_history integrate(const struct model *model, struct counts *counts) {
  struct implicit_history history = {.count = 0};
  double *n[4], *h[4]; // at the beginning, after a whole step, half a step, two halves
  for (int i = 0; i < 4; i++) {
    n[i] = allocate(model->size);
    h[i] = allocate(model->size);
  }
  for (long m = 0; m < model->size; m++) n[0][m] = h[0][m] = 0.5;
  double from[moments] = {0};
  for (int p = 0; p < moments; p++)
    for (long m = 0; m < model->size; m++)
      from[p] += (p % 2 == 0 ? model->f : model->g)[p / 2][m] / 2 / (double)model->is.momenta;

  double time = 0, length = 0.01;
  while (time < model->is.end) {
    const bool lands = time + length >= model->is.end * (1 - 1e-12);
    if (lands) length = model->is.end - time;
    struct implicit_step whole, first, second;
    guess(&whole, length, from);
    bool solved = solve_step(model, &whole, n[0], h[0], n[1], h[1]);
    guess(&first, length / 2, from);
    solved = solved && solve_step(model, &first, n[0], h[0], n[2], h[2]);
    guess(&second, length / 2, first.moments[stages - 1]);
    solved = solved && solve_step(model, &second, n[2], h[2], n[3], h[3]);
    const double error = solved ? estimate(model, n[1], h[1], n[3], h[3]) : NAN;
    if (!(error <= 1)) {
      length *= isfinite(error) ? fmax(0.1, 0.8 * pow(error, -0.1)) : 0.1;
      counts->rejected++;
      continue;
    }
    append(&history, &first);
    append(&history, &second);
    counts->steps += 2;
    time = lands ? model->is.end : time + length;
    length *= fmin(5, 0.8 * pow(fmax(error, 1e-10), -0.1));
    memcpy(from, second.moments[stages - 1], sizeof from);
    memcpy(n[0], n[3], sizeof(double) * (size_t)model->size);
    memcpy(h[0], h[3], sizeof(double) * (size_t)model->size);
  }
  for (int i = 0; i < 4; i++) {
    release(n[i], model->size);
    release(h[i], model->size);
  }
  return history;
}

// MARK: All modes

bool evolve_implicit(const struct model *model, double *lambda, struct counts *counts, double *current,
                     double *filling) {
  struct parameters is = model->is;
  if (is.momenta > 1024) is.momenta = 1024;
  struct model coarse;
  describe(&coarse, is, 0, 1);
  tabulate(&coarse);
  *counts = (struct counts){0};
  struct implicit_history history = integrate(&coarse, counts);
  free_tables(&coarse);

  struct source source;
  open_source(&source, model, model->is.rashba ? tabulated : computed);
  struct coefficients *steps = aligned_alloc(64, sizeof *steps * (size_t)history.count);
  for (long i = 0; i < history.count; i++) steps[i] = make_coefficients(model, &history.steps[i]);
  const long sums = unknowns * history.count + 2;
  double *found = allocate(sums), *n = allocate(part), *h = allocate(part);
  for (int band = 0; band < model->bands; band++)
    for (long number = 0; number < tiles(model); number++) {
      const struct view view = look(&source, band, number);
      for (long start = 0; start < view.vectors; start += part) {
        const long size = view.vectors - start < part ? view.vectors - start : part;
        const double *f[channels] = {view.f[0] + start, view.f[1] + start};
        const double *g[channels] = {view.g[0] + start, view.g[1] + start};
        for (long m = 0; m < size; m++) n[m] = h[m] = 0.5;
        for (long i = 0; i < history.count; i++)
          take_step(&steps[i], size, f, g, n, h, n, h, (double(*)[moments])(found + i * unknowns));
        double *result = lambda + view.start + start;
        for (long m = 0; m < size; m++) result[m] = log(h[m] / n[m]);
        for (long m = 0; m < size && start + m < view.count; m++) {
          found[sums - 2] += n[m];
          found[sums - 1] += view.velocity[start + m] * n[m];
        }
      }
    }
  MPI_Allreduce(MPI_IN_PLACE, found, (int)sums, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  *filling = found[sums - 2] / (double)(model->bands * model->is.momenta);
  *current = found[sums - 1] / (double)model->is.momenta;
  double largest = 0;
  for (long i = 0; i < history.count; i++)
    for (int j = 0; j < unknowns; j++) {
      const double assumed = history.steps[i].moments[j / moments][j % moments];
      const double own = found[i * unknowns + j] / (double)model->is.momenta;
      if (model->gamma[j % moments / 2] > 0) largest = fmax(largest, fabs(own / assumed - 1));
    }
  release(found, sums);
  release(n, part);
  release(h, part);
  free(steps);
  free(history.steps);
  return largest < 1e-11;
}
