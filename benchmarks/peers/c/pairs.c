#include "pairs.h"

#include <math.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#include "vector.h"

// Sources in a block stay in the first-level cache; four sinks share each load of a source and fill
// the registers of AVX-512.
enum { block = 512, sinks = 4 };

struct pairs {
  const struct model *model;
  long sources;                                        // of all ranks, padded to whole blocks
  double *lambda, *f[channels], *g[channels], *n, *h; // of all modes
  double *gain, *loss;                                 // of the owned ones
  int *counts, *starts;
};

static void gather(const struct pairs *pairs, const double *owned, double *all) {
  // One rank's modes after the other's, all bands of a rank together, with their padding.
  MPI_Allgatherv(owned, pairs->counts[pairs->model->rank], MPI_DOUBLE, all, pairs->counts,
                 pairs->starts, MPI_DOUBLE, MPI_COMM_WORLD);
}

struct pairs *make_pairs(const struct model *model) {
  struct pairs *pairs = malloc(sizeof *pairs);
  *pairs = (struct pairs){.model = model};
  pairs->counts = malloc(sizeof(int) * (size_t)model->ranks);
  pairs->starts = malloc(sizeof(int) * (size_t)model->ranks);
  const int count = (int)model->size;
  MPI_Allgather(&count, 1, MPI_INT, pairs->counts, 1, MPI_INT, MPI_COMM_WORLD);
  long total = 0;
  for (int rank = 0; rank < model->ranks; rank++) {
    pairs->starts[rank] = (int)total;
    total += pairs->counts[rank];
  }
  pairs->sources = (total + block - 1) / block * block;
  pairs->lambda = allocate(pairs->sources);
  pairs->n = allocate(pairs->sources);
  pairs->h = allocate(pairs->sources);
  for (int r = 0; r < channels; r++) {
    pairs->f[r] = allocate(pairs->sources);
    pairs->g[r] = allocate(pairs->sources);
    gather(pairs, model->f[r], pairs->f[r]);
    gather(pairs, model->g[r], pairs->g[r]);
  }
  pairs->gain = allocate(model->size);
  pairs->loss = allocate(model->size);
  return pairs;
}

// W(k→q) and W(q→k) of each pair, and the two sums: 2R + 2 vector instructions for eight pairs.
static void add_block(struct pairs *pairs, long start, long sink) {
  const struct model *model = pairs->model;
  v8 toward[sinks][channels], away[sinks][channels], gain[sinks], loss[sinks];
  for (int i = 0; i < sinks; i++) {
    gain[i] = loss[i] = splat(0);
    for (int r = 0; r < channels; r++) {
      toward[i][r] = splat(model->gamma[r] * model->g[r][sink + i]);
      away[i][r] = splat(model->gamma[r] * model->f[r][sink + i]);
    }
  }
  const double *f0 = pairs->f[0] + start, *f1 = pairs->f[1] + start;
  const double *g0 = pairs->g[0] + start, *g1 = pairs->g[1] + start;
  const double *n = pairs->n + start, *h = pairs->h + start;
  for (long k = 0; k < block; k += lanes) {
#pragma GCC unroll 4
    for (int i = 0; i < sinks; i++) {
      const v8 in = load(f0 + k) * toward[i][0] + load(f1 + k) * toward[i][1];
      const v8 out = load(g0 + k) * away[i][0] + load(g1 + k) * away[i][1];
      gain[i] += in * load(n + k);
      loss[i] += out * load(h + k);
    }
  }
  for (int i = 0; i < sinks; i++) {
    pairs->gain[sink + i] += lane_sum(gain[i]);
    pairs->loss[sink + i] += lane_sum(loss[i]);
  }
}

void sum_pairs(struct pairs *pairs, const double *lambda, double *rates) {
  const struct model *model = pairs->model;
  gather(pairs, lambda, pairs->lambda);
  for (long m = 0; m < pairs->sources; m++) {
    const double e = exp(pairs->lambda[m]);
    pairs->n[m] = 1 / (1 + e);
    pairs->h[m] = e * pairs->n[m];
  }
  memset(pairs->gain, 0, sizeof(double) * (size_t)model->size);
  memset(pairs->loss, 0, sizeof(double) * (size_t)model->size);
  for (long start = 0; start < pairs->sources; start += block)
    for (long sink = 0; sink < model->size; sink += sinks) add_block(pairs, start, sink);
  const double scale = model->is.coupling / (double)model->is.momenta;
  for (long m = 0; m < model->size; m++) {
    const double e = exp(lambda[m]);
    rates[m] = -scale * (1 + e) * (pairs->gain[m] - pairs->loss[m] / e);
  }
}
