// The two chains of the paper with their two baths, tabulated over the momenta that a rank owns.
//
//   tight binding    thermal bath and Raman jumps
//   rashba           Rashba-Zeeman chain, thermal bath and dephasing of the up spin
//
// W(k→q) = Σ_r γ_r f_r(k) g_r(q) with R = 2 channels, γ = (1 − drive, drive). Tables have one row of
// `stride` momenta for each band, the highest band first; the padding of a row has f = g = 0.
#pragma once

#include <stdbool.h>

enum { channels = 2 };

struct parameters {
  bool rashba;
  long momenta; // L
  double beta, coupling, drive;
  double end, relative, absolute; // evolve: until when, and the tolerances
};

struct model {
  struct parameters is;
  int bands, rank, ranks;
  long first, owned; // momenta of this rank
  long stride, size; // of a band, and of all bands
  double gamma[channels];
  double *f[channels], *g[channels], *velocity;
};

void describe(struct model *model, struct parameters is, int rank, int ranks);
void set_drive(struct model *model, double drive); // couplings alone; tables do not depend on it
void tabulate(struct model *model);
void free_tables(struct model *model);

// (1/N) Σ v n, and (1/M) Σ n, over all ranks.
void observe(const struct model *model, const double *lambda, double *current, double *filling);
