#include "factors.h"

#include <math.h>

#include "vector.h"

void open_source(struct source *source, const struct model *model, enum factors factors) {
  source->model = model;
  source->factors = factors;
  if (factors == tabulated) return;
  const double spacing = 2 * M_PI / (double)model->is.momenta;
  for (long j = 0; j < tile; j++) source->cosine[j] = cos(spacing * (double)j);
  for (long j = 0; j < tile; j++) source->sine[j] = sin(spacing * (double)j);
}

long tiles(const struct model *model) { return (model->stride + tile - 1) / tile; }

// cos(k₀ + a) and sin(k₀ + a) by rotation; the rest is one exponential and a division.
static void compute(struct source *source, long start, long vectors) {
  const struct model *model = source->model;
  const double k = -M_PI + 2 * M_PI * (double)(model->first + start) / (double)model->is.momenta;
  const v8 c0 = splat(cos(k)), s0 = splat(sin(k));
  const v8 minus_beta = splat(-model->is.beta), one = splat(1);
  for (long j = 0; j < vectors; j += lanes) {
    const v8 c = load(source->cosine + j), s = load(source->sine + j);
    const v8 cosine = c0 * c - s0 * s, sine = s0 * c + c0 * s;
    const v8 e = exponential(minus_beta * cosine);
    store(source->f[0] + j, e);
    store(source->g[0] + j, one / e);
    // |1 − δ′e^{ik}|² with δ′ = 1 + i/2, |1 + δe^{−ik}|² with δ = 1 + i
    store(source->f[1] + j, splat(2.25) - (cosine + cosine) + sine);
    store(source->g[1] + j, splat(3) + splat(2) * (cosine + sine));
    store(source->velocity + j, sine + sine);
  }
  const long owned = model->owned - start;
  for (long j = owned; j < vectors; j++)
    for (int r = 0; r < channels; r++) source->f[r][j] = source->g[r][j] = source->velocity[j] = 0;
}

struct view look(struct source *source, int band, long number) {
  const struct model *model = source->model;
  const long start = number * tile, at = band * model->stride + start;
  const long left = model->stride - start, owned = model->owned - start;
  struct view view = {.start = at, .vectors = left < tile ? left : tile, .count = owned < tile ? owned : tile};
  const bool stored = source->factors == tabulated;
  if (!stored) compute(source, start, view.vectors);
  for (int r = 0; r < channels; r++) {
    view.f[r] = stored ? model->f[r] + at : source->f[r];
    view.g[r] = stored ? model->g[r] + at : source->g[r];
  }
  view.velocity = stored ? model->velocity + at : source->velocity;
  return view;
}
