// The factors of a tile of momenta, from tables or computed again.
#pragma once

#include "model.h"

enum { tile = 512 };

// Computing again saves memory and its traffic (chain only).
enum factors { tabulated, computed };

struct source {
  const struct model *model;
  enum factors factors;
  double cosine[tile], sine[tile]; // of 2π j/L, to turn the phase of a tile's first momentum by
  double f[channels][tile], g[channels][tile], velocity[tile];
};

struct view {
  const double *f[channels], *g[channels], *velocity;
  long start;          // of the tile in an array over all owned modes
  long count, vectors; // modes, and modes padded
};

void open_source(struct source *source, const struct model *model, enum factors factors);
long tiles(const struct model *model); // of one band
struct view look(struct source *source, int band, long number);
