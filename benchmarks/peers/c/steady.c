#include "steady.h"

#include <math.h>
#include <string.h>

#include "force.h"
#include "vector.h"

enum { variables = 2 * channels };

// MARK: Newton

void first_moments(const struct model *model, enum factors factors, struct steady *steady,
                   MPI_Comm group) {
  struct source source;
  open_source(&source, model, factors);
  double sums[variables] = {0};
  for (int band = 0; band < model->bands; band++)
    for (long number = 0; number < tiles(model); number++) {
      const struct view view = look(&source, band, number);
      for (int r = 0; r < channels; r++) {
        double f = 0, g = 0;
        for (long j = 0; j < view.count; j++) f += view.f[r][j], g += view.g[r][j];
        sums[2 * r] += f / 2;
        sums[2 * r + 1] += g / 2;
      }
    }
  MPI_Allreduce(MPI_IN_PLACE, sums, variables, MPI_DOUBLE, MPI_SUM, group);
  for (int i = 0; i < variables; i++) steady->moments[i] = sums[i] / (double)model->is.momenta;
  steady->passes = 1;
}

enum { values = 5, all_sums = 5 * (variables + 1) };

// Rows f_0, g_0, f_1, g_1, 1; columns of dn = Σ_s (P_s dx_s − Q_s dy_s), then the value n or h.
static void add_tile(const struct view *view, const double *weights, v8 sums[values][variables + 1]) {
  const v8 a0 = splat(weights[0]), b0 = splat(weights[1]);
  const v8 a1 = splat(weights[2]), b1 = splat(weights[3]), one = splat(1);
  v8 total[values][variables + 1];
  memcpy(total, sums, sizeof total);
  for (long j = 0; j < view->vectors; j += lanes) {
    const v8 f0 = load(view->f[0] + j), g0 = load(view->g[0] + j);
    const v8 f1 = load(view->f[1] + j), g1 = load(view->g[1] + j);
    const v8 p0 = a0 * g0, p1 = a1 * g1, q0 = b0 * f0, q1 = b1 * f1;
    const v8 gain = p0 + p1, loss = q0 + q1;
    const v8 inverse = one / (gain + loss + splat(1e-300));
    const v8 n = gain * inverse, h = loss * inverse;
    const v8 per_gain = h * inverse, per_loss = n * inverse;
    const v8 columns[variables] = {per_gain * p0, per_loss * q0, per_gain * p1, per_loss * q1};
    const v8 rows[values - 1] = {f0, g0, f1, g1};
#pragma GCC unroll 4
    for (int i = 0; i < values - 1; i++) {
#pragma GCC unroll 4
      for (int c = 0; c < variables; c++) total[i][c] += rows[i] * columns[c];
      total[i][variables] += rows[i] * (i % 2 == 0 ? n : h);
    }
#pragma GCC unroll 4
    for (int c = 0; c < variables; c++) total[values - 1][c] += columns[c];
    total[values - 1][variables] += n;
  }
  memcpy(sums, total, sizeof total);
}

void solve_steady(const struct model *model, enum factors factors, struct steady *steady,
                  MPI_Comm group) {
  struct source source;
  open_source(&source, model, factors);
  const double momenta = (double)model->is.momenta;
  // One of the equations follows from the others where its channel acts; the filling takes its place.
  const int redundant = model->gamma[0] > 0 ? 0 : 2;
  for (int iteration = 0; iteration < 100; iteration++) {
    double weights[variables];
    for (int i = 0; i < variables; i++) weights[i] = model->gamma[i / 2] * steady->moments[i];
    v8 sums[values][variables + 1];
    memset(sums, 0, sizeof sums);
    for (int band = 0; band < model->bands; band++)
      for (long number = 0; number < tiles(model); number++) {
        const struct view view = look(&source, band, number);
        add_tile(&view, weights, sums);
      }
    double local[values][variables + 1];
    for (int i = 0; i < values; i++)
      for (int c = 0; c <= variables; c++) local[i][c] = lane_sum(sums[i][c]) / momenta;
    MPI_Allreduce(MPI_IN_PLACE, local, all_sums, MPI_DOUBLE, MPI_SUM, group);
    steady->passes++;

    double matrix[variables][variables], step[variables];
    for (int row = 0; row < variables; row++) {
      const bool number = row == redundant;
      const double *sum = local[number ? values - 1 : row];
      const double scale = number ? 0.25 * model->bands : sum[variables];
      const double sign = !number && row % 2 == 1 ? -1 : 1;
      for (int c = 0; c < variables; c++)
        matrix[row][c] = sign * (c % 2 == 0 ? 1 : -1) * sum[c] / scale - (!number && row == c);
      step[row] = number ? (0.5 * model->bands - sum[variables]) / scale
                         : -log(sum[variables] / steady->moments[row]);
    }
    solve_small(variables, matrix, step);
    double largest = 0;
    for (int i = 0; i < variables; i++) largest = fmax(largest, fabs(step[i]));
    const double damping = largest > 2 ? 2 / largest : 1;
    for (int i = 0; i < variables; i++) steady->moments[i] *= exp(damping * step[i]);
    if (largest < 1e-8) break;
  }
}

static void record(const struct model *model, int band, const struct view *view, const double *lambda,
                   struct steady *steady) {
  const long first = model->first + view->start - band * model->stride;
  const long spacing = model->is.momenta / recorded;
  for (long i = (first + spacing - 1) / spacing; i < recorded && i * spacing < first + view->count; i++)
    steady->recorded[i * model->bands + band] = lambda[i * spacing - first];
}

void finish_steady(const struct model *model, enum factors factors, struct steady *steady,
                   MPI_Comm group) {
  struct source source;
  double *passing = steady->lambda ? NULL : allocate(tile);
  memset(steady->recorded, 0, sizeof steady->recorded);
  open_source(&source, model, factors);
  double weights[variables];
  for (int i = 0; i < variables; i++) weights[i] = model->gamma[i / 2] * steady->moments[i];
  v8 sums[variables + 2];
  memset(sums, 0, sizeof sums);
  for (int band = 0; band < model->bands; band++)
    for (long number = 0; number < tiles(model); number++) {
      const struct view view = look(&source, band, number);
      double *result = steady->lambda ? steady->lambda + view.start : passing;
      for (long j = 0; j < view.vectors; j += lanes) {
        const v8 f0 = load(view.f[0] + j), g0 = load(view.g[0] + j);
        const v8 f1 = load(view.f[1] + j), g1 = load(view.g[1] + j);
        const v8 gain = splat(weights[0]) * g0 + splat(weights[2]) * g1 + splat(1e-300);
        const v8 loss = splat(weights[1]) * f0 + splat(weights[3]) * f1 + splat(1e-300);
        const v8 inverse = splat(1) / (gain + loss), n = gain * inverse, h = loss * inverse;
        store(result + j, loss / gain);
        sums[0] += f0 * n;
        sums[1] += g0 * h;
        sums[2] += f1 * n;
        sums[3] += g1 * h;
        sums[4] += load(view.velocity + j) * n;
        sums[5] += n;
      }
      for (long j = 0; j < view.vectors; j++) result[j] = log(result[j]);
      record(model, band, &view, result, steady);
    }
  free(passing);
  double local[variables + 2];
  for (int i = 0; i < variables + 2; i++) local[i] = lane_sum(sums[i]);
  // The padding counted as half-filled modes.
  local[variables + 1] -= 0.5 * (double)(model->bands * (model->stride - model->owned));
  MPI_Allreduce(MPI_IN_PLACE, local, variables + 2, MPI_DOUBLE, MPI_SUM, group);
  steady->passes++;
  steady->residual = 0;
  for (int i = 0; i < variables; i++) {
    const double change = fabs(local[i] / (double)model->is.momenta / steady->moments[i] - 1);
    if (model->gamma[i / 2] > 0) steady->residual = fmax(steady->residual, change);
  }
  steady->current = local[variables] / (double)model->is.momenta;
  steady->filling = local[variables + 1] / (double)(model->bands * model->is.momenta);
}

void coarse_moments(const struct model *model, struct steady *steady) {
  struct parameters is = model->is;
  if (is.momenta > 1024) is.momenta = 1024;
  struct model coarse;
  describe(&coarse, is, 0, 1);
  tabulate(&coarse);
  first_moments(&coarse, tabulated, steady, MPI_COMM_SELF);
  solve_steady(&coarse, tabulated, steady, MPI_COMM_SELF);
  free_tables(&coarse);
  steady->passes = 0; // of the lattice itself
}
