#include "force.h"

#include <math.h>
#include <mpi.h>
#include <string.h>

#include "pairs.h"
#include "vector.h"

struct force make_force(const struct model *model, bool direct) {
  struct force force = {.model = model, .exponentials = allocate(model->size)};
  if (direct) force.pairs = make_pairs(model);
  return force;
}

void free_force(struct force *force) { release(force->exponentials, force->model->size); }

void weigh(struct force *force, const double *restrict lambda, double *A, double *B) {
  const struct model *model = force->model;
  const double *restrict f0 = model->f[0], *restrict g0 = model->g[0];
  const double *restrict f1 = model->f[1], *restrict g1 = model->g[1];
  double *restrict e = force->exponentials;
  double a0 = 0, b0 = 0, a1 = 0, b1 = 0;
  for (long m = 0; m < model->size; m++) {
    e[m] = exp(lambda[m]);
    const double n = 1 / (1 + e[m]);
    const double h = e[m] * n;
    a0 += f0[m] * n;
    b0 += g0[m] * h;
    a1 += f1[m] * n;
    b1 += g1[m] * h;
  }
  double sums[4] = {a0, b0, a1, b1};
  MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  for (int r = 0; r < channels; r++) {
    A[r] = model->gamma[r] * sums[2 * r] / (double)model->is.momenta;
    B[r] = model->gamma[r] * sums[2 * r + 1] / (double)model->is.momenta;
  }
}

void derivative(struct force *force, const double *restrict lambda, double *restrict rates) {
  const struct model *model = force->model;
  force->evaluations++;
  if (force->pairs) {
    sum_pairs(force->pairs, lambda, rates);
    return;
  }
  double A[channels], B[channels];
  weigh(force, lambda, A, B);
  const double *restrict f0 = model->f[0], *restrict g0 = model->g[0];
  const double *restrict f1 = model->f[1], *restrict g1 = model->g[1];
  const double *restrict e = force->exponentials;
  const double scale = -model->is.coupling;
  const double a0 = A[0], a1 = A[1], b0 = B[0], b1 = B[1];
  for (long m = 0; m < model->size; m++) {
    const double gain = a0 * g0[m] + a1 * g1[m];
    const double loss = b0 * f0[m] + b1 * f1[m];
    rates[m] = scale * (1 + e[m]) * (gain - loss / e[m]);
  }
}

// MARK: The Jacobian
//
//   ∂λ̇/∂λ = −ε diag(e^λ in + e^−λ out) + (ε/N) Σ_r γ_r [((1 + e^λ) g_r)(f_r χ)ᵀ + ((1 + e^−λ) f_r)(g_r χ)ᵀ]

enum { low = 2 * channels }; // its rank beyond the diagonal

void jacobian_diagonal(struct force *force, const double *restrict lambda,
                       double *restrict diagonal) {
  const struct model *model = force->model;
  double A[channels], B[channels];
  weigh(force, lambda, A, B);
  const double *restrict f0 = model->f[0], *restrict g0 = model->g[0];
  const double *restrict f1 = model->f[1], *restrict g1 = model->g[1];
  const double *restrict e = force->exponentials;
  const double scale = -model->is.coupling;
  const double a0 = A[0], a1 = A[1], b0 = B[0], b1 = B[1];
  for (long m = 0; m < model->size; m++) {
    const double gain = a0 * g0[m] + a1 * g1[m];
    const double loss = b0 * f0[m] + b1 * f1[m];
    diagonal[m] = scale * (e[m] * gain + loss / e[m]);
  }
}

void jacobian_times(struct force *force, const double *lambda, const double *restrict v,
                    double *restrict product) {
  const struct model *model = force->model;
  jacobian_diagonal(force, lambda, product);
  const double *restrict f0 = model->f[0], *restrict g0 = model->g[0];
  const double *restrict f1 = model->f[1], *restrict g1 = model->g[1];
  const double *restrict e = force->exponentials;
  double a0 = 0, b0 = 0, a1 = 0, b1 = 0;
  for (long m = 0; m < model->size; m++) {
    const double n = 1 / (1 + e[m]);
    const double change = e[m] * n * n * v[m];
    a0 += f0[m] * change;
    b0 += g0[m] * change;
    a1 += f1[m] * change;
    b1 += g1[m] * change;
  }
  double sums[low] = {a0, b0, a1, b1};
  MPI_Allreduce(MPI_IN_PLACE, sums, low, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  for (int i = 0; i < low; i++)
    sums[i] *= model->is.coupling * model->gamma[i / 2] / (double)model->is.momenta;
  for (long m = 0; m < model->size; m++)
    product[m] = product[m] * v[m] + (1 + e[m]) * (g0[m] * sums[0] + g1[m] * sums[2]) +
                 (1 + 1 / e[m]) * (f0[m] * sums[1] + f1[m] * sums[3]);
}

void solve_linear(struct force *force, const double *restrict lambda, double tau,
                  const double *restrict b, double *restrict x) {
  const struct model *model = force->model;
  double A[channels], B[channels];
  weigh(force, lambda, A, B);
  const double *restrict f0 = model->f[0], *restrict g0 = model->g[0];
  const double *restrict f1 = model->f[1], *restrict g1 = model->g[1];
  const double *restrict e = force->exponentials;
  const double scale = tau * model->is.coupling;

  // D = 1 + τε(e^λ in + e^−λ out); rows V_i of Vᵀ D⁻¹ b and Vᵀ D⁻¹ U, columns U_j.
  double vb[low] = {0}, vu[low][low] = {{0}};
  v8 sums[low][low + 1] = {{{0}}};
  for (long m = 0; m < model->size; m += lanes) {
    const v8 one = splat(1), exponential = load(e + m), inverse = one / exponential;
    const v8 f[channels] = {load(f0 + m), load(f1 + m)}, g[channels] = {load(g0 + m), load(g1 + m)};
    const v8 gain = splat(A[0]) * g[0] + splat(A[1]) * g[1];
    const v8 loss = splat(B[0]) * f[0] + splat(B[1]) * f[1];
    const v8 weight = one / (one + splat(scale) * (exponential * gain + inverse * loss));
    const v8 chi = weight / ((one + exponential) * (one + inverse));
    const v8 columns[low + 1] = {(one + exponential) * g[0], (one + inverse) * f[0],
                                 (one + exponential) * g[1], (one + inverse) * f[1], load(b + m)};
    const v8 rows[low] = {chi * f[0], chi * g[0], chi * f[1], chi * g[1]};
    for (int i = 0; i < low; i++)
      for (int j = 0; j <= low; j++) sums[i][j] += rows[i] * columns[j];
  }
  double local[low * (low + 1)];
  for (int i = 0; i < low; i++)
    for (int j = 0; j <= low; j++) local[i * (low + 1) + j] = lane_sum(sums[i][j]);
  MPI_Allreduce(MPI_IN_PLACE, local, low * (low + 1), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);

  // (1 − S Vᵀ D⁻¹ U) y = S Vᵀ D⁻¹ b with S = τε γ/N; x = D⁻¹ (b + U y)
  for (int i = 0; i < low; i++) {
    const double s = scale * model->gamma[i / 2] / (double)model->is.momenta;
    for (int j = 0; j < low; j++) vu[i][j] = (i == j) - s * local[i * (low + 1) + j];
    vb[i] = s * local[i * (low + 1) + low];
  }
  solve_small(low, vu, vb);
  const double a0 = A[0], a1 = A[1], b0 = B[0], b1 = B[1];
  for (long m = 0; m < model->size; m++) {
    const double inverse = 1 / e[m];
    const double gain = a0 * g0[m] + a1 * g1[m];
    const double loss = b0 * f0[m] + b1 * f1[m];
    const double weight = 1 / (1 + scale * (e[m] * gain + inverse * loss));
    const double change =
        (1 + e[m]) * (g0[m] * vb[0] + g1[m] * vb[2]) + (1 + inverse) * (f0[m] * vb[1] + f1[m] * vb[3]);
    x[m] = weight * (b[m] + change);
  }
}

void solve_small(int n, double matrix[n][n], double *b) {
  for (int column = 0; column < n; column++) {
    int pivot = column;
    for (int row = column + 1; row < n; row++)
      if (fabs(matrix[row][column]) > fabs(matrix[pivot][column])) pivot = row;
    double swapped[n];
    memcpy(swapped, matrix[column], sizeof swapped);
    memcpy(matrix[column], matrix[pivot], sizeof swapped);
    memcpy(matrix[pivot], swapped, sizeof swapped);
    const double right = b[column];
    b[column] = b[pivot];
    b[pivot] = right;
    for (int row = column + 1; row < n; row++) {
      const double factor = matrix[row][column] / matrix[column][column];
      for (int j = column; j < n; j++) matrix[row][j] -= factor * matrix[column][j];
      b[row] -= factor * b[column];
    }
  }
  for (int row = n - 1; row >= 0; row--) {
    for (int j = row + 1; j < n; j++) b[row] -= matrix[row][j] * b[j];
    b[row] /= matrix[row][row];
  }
}
