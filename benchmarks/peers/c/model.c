#include "model.h"

#include <math.h>
#include <mpi.h>

#include "vector.h"

// Of the paper: hopping 1; δ = 1 + i, δ′ = 1 + i/2; α_y, α_z, h.
static const double delta[2] = {1, 1}, delta_prime[2] = {1, 0.5};
static const double alpha_y = 1.1, alpha_z = 0.9, zeeman = 1;

void describe(struct model *model, struct parameters is, int rank, int ranks) {
  *model = (struct model){.is = is, .bands = is.rashba ? 2 : 1, .rank = rank, .ranks = ranks};
  model->first = is.momenta * rank / ranks;
  model->owned = is.momenta * (rank + 1) / ranks - model->first;
  model->stride = padded(model->owned);
  model->size = model->bands * model->stride;
  set_drive(model, is.drive);
}

void set_drive(struct model *model, double drive) {
  model->is.drive = drive;
  model->gamma[0] = 1 - drive;
  model->gamma[1] = drive;
}

enum { tile = 512 };

// gcc merges sin and cos of one argument into a call that it cannot vectorise: hence two loops.
static void angles(const struct model *model, long start, long count, double *cosine, double *sine) {
  const double spacing = 2 * M_PI / (double)model->is.momenta;
  const double origin = -M_PI + spacing * (double)(model->first + start);
  for (long j = 0; j < count; j++) cosine[j] = cos(origin + spacing * (double)j);
  for (long j = 0; j < count; j++) sine[j] = sin(origin + spacing * (double)j);
}

static void tabulate_chain(struct model *model, long start, long count, const double *cosine,
                           const double *sine) {
  double *restrict f0 = model->f[0] + start, *restrict g0 = model->g[0] + start;
  double *restrict f1 = model->f[1] + start, *restrict g1 = model->g[1] + start;
  double *restrict velocity = model->velocity + start;
  const double beta = model->is.beta;
  const double source = 1 + delta_prime[0] * delta_prime[0] + delta_prime[1] * delta_prime[1];
  const double sink = 1 + delta[0] * delta[0] + delta[1] * delta[1];
  for (long j = 0; j < count; j++) {
    // ε = −2 cos k; f = |1 − δ′e^{ik}|², g = |1 + δe^{−ik}|²
    const double e = exp(-beta * cosine[j]);
    f0[j] = e;
    g0[j] = 1 / e;
    f1[j] = source - 2 * (delta_prime[0] * cosine[j] - delta_prime[1] * sine[j]);
    g1[j] = sink + 2 * (delta[0] * cosine[j] + delta[1] * sine[j]);
    velocity[j] = 2 * sine[j];
  }
}

static void tabulate_rashba(struct model *model, long start, long count, const double *cosine,
                            const double *sine) {
  const long stride = model->stride;
  const double beta = model->is.beta;
  for (int band = 0; band < 2; band++) {
    const double sign = band == 0 ? 1 : -1;
    const long at = band * stride + start;
    double *restrict f0 = model->f[0] + at, *restrict g0 = model->g[0] + at;
    double *restrict f1 = model->f[1] + at, *restrict g1 = model->g[1] + at;
    double *restrict velocity = model->velocity + at;
    for (long j = 0; j < count; j++) {
      const double c = cosine[j], s = sine[j];
      const double d = 2 * alpha_y * s + zeeman;
      const double off = 4 * alpha_z * alpha_z * s * s;
      const double root = sqrt(d * d + off);
      // (1 − |d|/R)/2 without cancellation
      const double small = off / (2 * root * (root + fabs(d)));
      const double up = sign * d >= 0 ? 1 - small : small;
      const double e = exp(0.5 * beta * (-2 * c + sign * root));
      f0[j] = e;
      g0[j] = 1 / e;
      f1[j] = up;
      g1[j] = up;
      velocity[j] = 2 * s + sign * (2 * alpha_y * c * d + 4 * alpha_z * alpha_z * s * c) / root;
    }
  }
}

void tabulate(struct model *model) {
  for (int r = 0; r < channels; r++) {
    model->f[r] = allocate(model->size);
    model->g[r] = allocate(model->size);
  }
  model->velocity = allocate(model->size);
  double cosine[tile], sine[tile];
  for (long start = 0; start < model->owned; start += tile) {
    const long count = model->owned - start < tile ? model->owned - start : tile;
    angles(model, start, count, cosine, sine);
    (model->is.rashba ? tabulate_rashba : tabulate_chain)(model, start, count, cosine, sine);
  }
}

void free_tables(struct model *model) {
  for (int r = 0; r < channels; r++) {
    release(model->f[r], model->size);
    release(model->g[r], model->size);
  }
  release(model->velocity, model->size);
}

void observe(const struct model *model, const double *lambda, double *current, double *filling) {
  double sums[2] = {0, 0};
  for (int band = 0; band < model->bands; band++) {
    const double *velocity = model->velocity + band * model->stride;
    const double *of_band = lambda + band * model->stride;
    double number = 0, flow = 0;
    for (long j = 0; j < model->owned; j++) {
      const double n = 1 / (1 + exp(of_band[j]));
      number += n;
      flow += velocity[j] * n;
    }
    sums[0] += number;
    sums[1] += flow;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  *filling = sums[0] / (double)(model->bands * model->is.momenta);
  *current = sums[1] / (double)model->is.momenta;
}
