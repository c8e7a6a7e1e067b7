#include <math.h>
#include <mpi.h>
#include <string.h>

#include "control.h"
#include "dormand_prince_5.h"
#include "dormand_prince_8.h"
#include "explicit.h"
#include "vector.h"

// out = y + h Σ_{j < count} a_j k_j
static void combine(long size, double *out, const double *y, double *const *k,
                    const double *weights, int count, double length) {
  if (out != y) memcpy(out, y, sizeof(double) * (size_t)size);
  for (int j = 0; j < count; j++) {
    if (weights[j] == 0) continue;
    const double weight = length * weights[j];
    const double *restrict rate = k[j];
    for (long m = 0; m < size; m++) out[m] += weight * rate[m];
  }
}

// Σ (h Σ_j e_j k_j / tolerance)²
static double estimate(const struct model *model, const double *y, const double *next,
                       double *restrict work, double *const *k, const double *weights, int count,
                       double length) {
  for (long m = 0; m < model->size; m++) work[m] = 0;
  combine(model->size, work, work, k, weights, count, length);
  double sum = 0;
  for (long m = 0; m < model->size; m++) {
    const double size = fmax(fabs(y[m]), fabs(next[m]));
    const double ratio = work[m] / (model->is.absolute + model->is.relative * size);
    sum += ratio * ratio;
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return sum;
}

struct counts evolve_plain(struct force *force, double *lambda, int order) {
  const struct model *model = force->model;
  const long size = model->size;
  const double modes = (double)(model->bands * model->is.momenta);
  const int last = order == 5 ? 6 : 12; // the stage at the end of the step
  double *trial = allocate(size), *work = allocate(size), *k[13];
  for (int i = 0; i <= last; i++) k[i] = allocate(size);

  derivative(force, lambda, k[0]);
  double largest = 0;
  for (long m = 0; m < size; m++) largest = fmax(largest, fabs(k[0][m]) / (1 + fabs(lambda[m])));
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  const double tolerance = fmax(model->is.relative, model->is.absolute);
  double length = fmin(model->is.end, 0.1 * pow(tolerance, 1.0 / order) / largest), time = 0;
  struct control control = make_control(order);
  while (time < model->is.end) {
    bool lands;
    const double step = next_length(length, model->is.end - time, &lands);
    for (int stage = 1; stage <= last; stage++) {
      const double *weights = order == 5 ? dormand_prince_5_stages[stage] : dormand_prince_8_stages[stage];
      combine(size, trial, lambda, k, weights, stage, step);
      if (order == 5 || stage < last) derivative(force, trial, k[stage]);
    }
    double error;
    if (order == 5) {
      error = sqrt(estimate(model, lambda, trial, work, k, dormand_prince_5_error, 7, step) / modes);
    } else {
      const double fifth = estimate(model, lambda, trial, work, k, dormand_prince_8_error5, 12, step);
      const double third = estimate(model, lambda, trial, work, k, dormand_prince_8_error3, 12, step);
      error = fifth > 0 ? fifth / sqrt((fifth + 0.01 * third) * modes) : 0;
    }
    double factor;
    const bool accepted = judge(&control, error, &factor);
    length = step * factor;
    if (!accepted) continue;
    time = lands ? model->is.end : time + step;
    for (long m = 0; m < size; m++) lambda[m] = trial[m];
    if (order == 5) {
      double *kept = k[0];
      k[0] = k[6];
      k[6] = kept;
    } else if (time < model->is.end) {
      derivative(force, lambda, k[0]);
    }
  }
  return (struct counts){control.steps, control.rejected_steps, force->evaluations};
}
