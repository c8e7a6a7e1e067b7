// peer COMMAND --method NAME [--option value]: one JSON line on standard output, from rank 0.
//
//   evolve   λ(end) from λ = 0      erk5 erk8 adams bdf-krylov bdf-woodbury     SUNDIALS
//                                   fused5 fused8 plain5 plain8 nested8 nested-implicit by hand
//                                   fused5-n fused8-n nested8-n                 n in place of λ
//   steady   at half filling        anderson newton-krylov newton-woodbury      SUNDIALS
//                                   moments moments-computed moments-nested     by hand
//   sweep    drive 0, 0.01 … 1      those of steady, each point from the last
//
//   --model chain|rashba  --modes L  --beta β  --drive γ  --end t  --tolerance x  --forces moments|direct
//   --out FILE   λ of all modes as doubles, momentum by momentum, the highest band first
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "library.h"
#include "steady.h"
#include "vector.h"

enum { points = 101 };

struct request {
  const char *command, *method, *forces, *out;
  struct parameters is;
};

struct report {
  struct counts counts;
  long iterations;
  double table_seconds, wall_seconds, cpu_seconds, current, filling, residual;
  double lambda[2 * recorded];
  double currents[points]; // of a sweep
};

static _Noreturn void refuse(const char *why, const char *what) {
  fprintf(stderr, "peer: %s %s\n", why, what);
  MPI_Abort(MPI_COMM_WORLD, 64);
  abort();
}

static bool is(const char *one, const char *other) { return strcmp(one, other) == 0; }

static struct request parse(int count, char **words) {
  struct request request = {
      .command = count > 1 ? words[1] : "", .method = "", .forces = "moments",
      .is = {.momenta = 1024, .beta = 2, .coupling = 0.05, .drive = 0.5, .end = 10,
             .relative = 1e-8, .absolute = 1e-8}};
  for (int i = 2; i < count; i += 2) {
    const char *name = words[i], *value = i + 1 < count ? words[i + 1] : "";
    if (is(name, "--method")) request.method = value;
    else if (is(name, "--forces")) request.forces = value;
    else if (is(name, "--out")) request.out = value;
    else if (is(name, "--model")) request.is.rashba = is(value, "rashba");
    else if (is(name, "--modes")) request.is.momenta = atol(value);
    else if (is(name, "--beta")) request.is.beta = atof(value);
    else if (is(name, "--drive")) request.is.drive = atof(value);
    else if (is(name, "--end")) request.is.end = atof(value);
    else if (is(name, "--tolerance")) request.is.relative = request.is.absolute = atof(value);
    else refuse("unknown option", name);
  }
  if (request.is.momenta < recorded || request.is.momenta % recorded != 0)
    refuse("--modes must be a multiple of", "16");
  return request;
}

// λ of this rank's recorded momenta.
static void record(const struct model *model, const double *lambda, struct report *report) {
  for (int i = 0; i < recorded; i++) {
    const long j = model->is.momenta / recorded * i - model->first;
    for (int band = 0; band < model->bands; band++)
      report->lambda[i * model->bands + band] =
          0 <= j && j < model->owned ? lambda[band * model->stride + j] : 0;
  }
}

// MARK: Commands

static void evolve(const struct request *request, struct model *model, double *lambda,
                   struct report *report) {
  static const char *names[] = {"erk5", "erk8", "adams", "bdf-krylov", "bdf-woodbury"};
  const char *method = request->method;
  struct force force = make_force(model, is(request->forces, "direct"));
  if (strncmp(method, "nested", 6) == 0) {
    struct counts *counts = &report->counts;
    double *current = &report->current, *filling = &report->filling;
    const bool verified = is(method, "nested-implicit")
                              ? evolve_implicit(model, lambda, counts, current, filling)
                              : evolve_nested(model, lambda, is(method, "nested8-n"), counts, current, filling);
    if (!verified) refuse("the small lattice has other moments than", "this one");
    return;
  }
  if (is(method, "fused5") || is(method, "fused8") || is(method, "fused5-n") || is(method, "fused8-n")) {
    report->counts = evolve_fused(model, lambda, method[5] - '0', method[6] != 0, MPI_COMM_WORLD, NULL);
    return;
  }
  if (is(method, "plain5") || is(method, "plain8")) {
    report->counts = evolve_plain(&force, lambda, method[5] - '0');
    return;
  }
  for (int i = 0; i < 5; i++) {
    if (!is(method, names[i])) continue;
    report->counts = evolve_library(&force, lambda, (enum integrator)i);
    return;
  }
  refuse("unknown method", method);
}

static const char *libraries[] = {"anderson", "newton-krylov", "newton-woodbury"};

static void steady_state(const struct request *request, struct model *model, double *lambda,
                         struct steady *steady, struct report *report) {
  for (int i = 0; i < 3; i++) {
    if (!is(request->method, libraries[i])) continue;
    struct force force = make_force(model, false);
    report->iterations += steady_library(&force, lambda, 0.5, (enum solver)i);
    report->counts.evaluations += force.evaluations;
    free_force(&force);
    observe(model, lambda, &report->current, &report->filling);
    record(model, lambda, report);
    return;
  }
  const bool stored = is(request->method, "moments") || model->is.rashba;
  const enum factors factors = stored ? tabulated : computed;
  const bool nested = is(request->method, "moments-nested");
  if (nested) {
    coarse_moments(model, steady);
    finish_steady(model, factors, steady, MPI_COMM_WORLD);
  } else if (steady->moments[0] == 0) {
    first_moments(model, factors, steady, MPI_COMM_WORLD);
  }
  // That of a small lattice is the state of this one if it reproduces its own moments.
  if (!nested || !(steady->residual < 1e-12)) {
    solve_steady(model, factors, steady, MPI_COMM_WORLD);
    finish_steady(model, factors, steady, MPI_COMM_WORLD);
  }
  report->iterations += steady->passes;
  report->current = steady->current;
  report->filling = steady->filling;
  report->residual = fmax(report->residual, steady->residual);
  memcpy(report->lambda, steady->recorded, sizeof report->lambda);
  steady->passes = 0;
}

static void run(const struct request *request, struct model *model, double *lambda,
                struct report *report) {
  struct steady steady = {.passes = 0, .lambda = lambda};
  if (is(request->command, "evolve")) {
    evolve(request, model, lambda, report);
    if (strncmp(request->method, "nested", 6) != 0)
      observe(model, lambda, &report->current, &report->filling);
    record(model, lambda, report);
  } else if (is(request->command, "steady")) {
    steady_state(request, model, lambda, &steady, report);
  } else if (is(request->command, "sweep")) {
    for (int point = 0; point < points; point++) {
      set_drive(model, point / (points - 1.0));
      steady_state(request, model, lambda, &steady, report);
      report->currents[point] = report->current;
    }
  } else {
    refuse("unknown command", request->command);
  }
}

// MARK: Results

static void write_lambda(const struct model *model, const double *lambda, const char *path) {
  MPI_File file;
  MPI_File_delete(path, MPI_INFO_NULL);
  MPI_File_open(MPI_COMM_WORLD, path, MPI_MODE_CREATE | MPI_MODE_WRONLY, MPI_INFO_NULL, &file);
  double *slice = malloc(sizeof(double) * (size_t)(model->owned * model->bands + 1));
  for (long j = 0; j < model->owned; j++)
    for (int band = 0; band < model->bands; band++)
      slice[j * model->bands + band] = lambda[band * model->stride + j];
  MPI_File_write_at_all(file, model->first * model->bands * (long)sizeof(double), slice,
                        (int)(model->owned * model->bands), MPI_DOUBLE, MPI_STATUS_IGNORE);
  MPI_File_close(&file);
  free(slice);
}

static void print_list(const char *name, const double *list, int count) {
  printf(", \"%s\": [", name);
  for (int i = 0; i < count; i++) printf("%s%.17g", i > 0 ? ", " : "", list[i]);
  printf("]");
}

static void print(const struct request *request, const struct model *model, const struct report *report) {
  printf("{\"program\": \"peer\", \"command\": \"%s\", \"method\": \"%s\", \"modes\": %ld, \"ranks\": %d",
         request->command, request->method, model->is.momenta, model->ranks);
  printf(", \"wallSeconds\": %.6f, \"cpuSeconds\": %.6f, \"tableSeconds\": %.6f", report->wall_seconds,
         report->cpu_seconds, report->table_seconds);
  printf(", \"steps\": %ld, \"rejectedSteps\": %ld, \"forceEvaluations\": %ld, \"iterations\": %ld",
         report->counts.steps, report->counts.rejected, report->counts.evaluations, report->iterations);
  printf(", \"residual\": %.3g, \"current\": %.17g, \"filling\": %.17g", report->residual,
         report->current, report->filling);
  print_list("lambda", report->lambda, recorded * model->bands);
  if (is(request->command, "sweep")) print_list("currents", report->currents, points);
  printf("}\n");
}

static double cpu_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int count, char **words) {
  MPI_Init(&count, &words);
  int rank, ranks;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const struct request request = parse(count, words);
  struct report report = {.iterations = 0};
  struct model model;
  MPI_Barrier(MPI_COMM_WORLD);

  const double start = MPI_Wtime(), cpu_start = cpu_time();
  describe(&model, request.is, rank, ranks);
  const bool computes = strncmp(request.method, "moments-", 8) == 0 || strncmp(request.method, "nested", 6) == 0;
  if (!computes || model.is.rashba) tabulate(&model);
  report.table_seconds = MPI_Wtime() - start;
  // Steady states by hand need no place for λ where nobody wants it.
  double *lambda = strncmp(request.method, "moments", 7) == 0 && !request.out ? NULL : allocate(model.size);
  run(&request, &model, lambda, &report);
  MPI_Allreduce(MPI_IN_PLACE, report.lambda, recorded * model.bands, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  report.wall_seconds = MPI_Wtime() - start;
  report.cpu_seconds = cpu_time() - cpu_start;
  MPI_Allreduce(MPI_IN_PLACE, &report.cpu_seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);

  if (request.out) write_lambda(&model, lambda, request.out);
  if (rank == 0) print(&request, &model, &report);
  MPI_Finalize();
  return 0;
}
