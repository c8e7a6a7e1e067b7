// The moments of a periodic lattice are those of the infinite one but for terms that vanish exponentially
// with its size. So a small lattice knows the moments of every stage beforehand, and a large one can take all its
// steps tile by tile. What was assumed is verified: the large lattice sums its own moments of all stages.
#include <math.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "dormand_prince_8.h"
#include "explicit.h"
#include "factors.h"
#include "pass.h"
#include "vector.h"

enum { stages = 12, part = 256, moments = 2 * channels };

// All steps of `size` modes; adds their moments and errors to `found`, six numbers for each stage.
static void take_steps(struct state *s, const struct history *history, double *found) {
  for (long step = 0; step < history->count; step++) {
    const struct step *known = &history->steps[step];
    for (int stage = 0; stage < stages; stage++) {
      for (int r = 0; r < channels; r++) {
        s->A[r] = known->moments[stage][2 * r];
        s->B[r] = known->moments[stage][2 * r + 1];
      }
      struct plan plan = make_plan(dormand_prince_8_stages[stage + 1], stage, known->length);
      if (stage < stages - 1) {
        advance(s, &plan);
      } else {
        add_estimate(&plan, 0, dormand_prince_8_error5, known->length);
        add_estimate(&plan, 1, dormand_prince_8_error3, known->length);
        finish_8(s, &plan);
      }
      for (int i = 0; i < 6; i++) found[6 * (step * stages + stage) + i] += s->sums[i];
    }
    double *kept = s->y;
    s->y = s->y_new;
    s->y_new = kept;
  }
}

// Whether the moments that were found are those that were assumed, and the errors within the tolerance.
static bool verify(const struct model *model, const struct history *history, const double *found) {
  double largest = 0;
  for (long step = 0; step < history->count; step++) {
    const double *last = found + 6 * (step * stages + stages - 1);
    if (!(combined_error(last[4], last[5], (double)(model->bands * model->is.momenta)) <= 1.001)) return false;
    for (int stage = 0; stage < stages; stage++) {
      const long next = step * stages + stage + 1;
      if (next == history->count * stages) break; // nothing was assumed of the end
      const double *assumed = history->steps[next / stages].moments[next % stages];
      for (int i = 0; i < moments; i++) {
        const double own = model->gamma[i / 2] * found[6 * (next - 1) + i] / (double)model->is.momenta;
        if (assumed[i] != 0) largest = fmax(largest, fabs(own / assumed[i] - 1));
      }
    }
  }
  return largest < 1e-12;
}

bool evolve_nested(const struct model *model, double *lambda, bool occupations, struct counts *counts,
                   double *current, double *filling) {
  struct parameters is = model->is;
  if (is.momenta > 1024) is.momenta = 1024;
  struct model coarse;
  describe(&coarse, is, 0, 1);
  tabulate(&coarse);
  double *of_coarse = allocate(coarse.size);
  struct history history = {.count = 0};
  *counts = evolve_fused(&coarse, of_coarse, 8, occupations, MPI_COMM_SELF, &history);
  release(of_coarse, coarse.size);
  free_tables(&coarse);

  struct source source;
  open_source(&source, model, model->is.rashba ? tabulated : computed);
  const long sums = 6 * stages * history.count + 2;
  double *found = allocate(sums);
  struct state s = {.coupling = model->is.coupling, .occupations = occupations,
                    .absolute = model->is.absolute, .relative = model->is.relative};
  double *arrays = allocate((3 + stages) * part);
  s.u = arrays + 2 * part;
  for (int i = 0; i < stages; i++) s.k[i] = arrays + (3 + i) * part;

  for (int band = 0; band < model->bands; band++)
    for (long number = 0; number < tiles(model); number++) {
      const struct view view = look(&source, band, number);
      for (long start = 0; start < view.vectors; start += part) {
        s.size = view.vectors - start < part ? view.vectors - start : part;
        for (int r = 0; r < channels; r++) {
          s.f[r] = view.f[r] + start;
          s.g[r] = view.g[r] + start;
        }
        s.y = arrays;
        s.y_new = arrays + part;
        const struct plan still = {.target = 0};
        memset(s.k[0], 0, sizeof(double) * part);
        for (long m = 0; m < s.size; m++) s.y[m] = occupations ? 0.5 : 0;
        restart(&s, &still); // leaves u
        take_steps(&s, &history, found);
        double *result = lambda + view.start + start;
        for (long m = 0; m < s.size; m++)
          result[m] = occupations ? log((1 - s.y[m]) / s.y[m]) : s.y[m];
        for (long m = 0; m < s.size && start + m < view.count; m++) {
          const double n = occupations ? s.y[m] : 1 / (1 + s.u[m]);
          found[sums - 2] += n;
          found[sums - 1] += view.velocity[start + m] * n;
        }
      }
    }
  MPI_Allreduce(MPI_IN_PLACE, found, (int)sums, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  *filling = found[sums - 2] / (double)(model->bands * model->is.momenta);
  *current = found[sums - 1] / (double)model->is.momenta;
  const bool verified = verify(model, &history, found);
  release(found, sums);
  release(arrays, (3 + stages) * part);
  free(history.steps);
  return verified;
}
