// What tgge calls of LAPACK. The complex numbers of C do not import into Swift: pairs of doubles do.

#ifndef TGGE_CLAPACK_H
#define TGGE_CLAPACK_H

#include <lapacke.h>

/// Eigenvalues, ascending, and eigenvectors, the columns of `matrix`, of a Hermitian matrix in
/// row-major order of pairs; returns LAPACK's info, 0 for success.
static inline int tgge_lapack_hermitian(int size, double *matrix, double *values) {
  return (int)LAPACKE_zheevd(LAPACK_ROW_MAJOR, 'V', 'L', size,
                             (lapack_complex_double *)matrix, size, values);
}

/// The decomposition T = left · diag(values) · right of a real matrix in row-major order, which is
/// destroyed; left has `rows` × k elements, right k × `columns`, with k the smaller of the two.
static inline int tgge_lapack_singular(int rows, int columns, double *matrix, double *values,
                                       double *left, double *right) {
  int smaller = rows < columns ? rows : columns;
  return (int)LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', rows, columns, matrix, columns, values, left,
                             smaller, right, columns);
}

/// The least-squares solutions of smallest norm of `rows` equations in `columns` unknowns, by singular
/// values; `right` holds `count` right-hand sides, row-major, max(rows, columns) rows, and on return
/// the solutions. Singular values below `threshold` of the largest count as zero. `matrix` and `values`
/// are destroyed.
static inline int tgge_lapack_least_squares(int rows, int columns, int count, double *matrix,
                                            double *right, double *values, double threshold) {
  lapack_int rank;
  return (int)LAPACKE_dgelsd(LAPACK_ROW_MAJOR, rows, columns, count, matrix, columns, right, count,
                             values, threshold, &rank);
}

/// Eigenvalues and right eigenvectors of a real matrix in row-major order, which is destroyed. Complex
/// ones come in pairs, +imaginary first; the vectors of a pair are column j ± i · column j + 1.
static inline int tgge_lapack_eigenvalues(int size, double *matrix, double *real,
                                          double *imaginary, double *vectors) {
  return (int)LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'V', size, matrix, size, real, imaginary, NULL,
                            size, vectors, size);
}

/// The solutions of `size` equations for `count` right-hand sides, row-major, by elimination with pivots;
/// `matrix` is destroyed, `right` holds the solutions on return.
static inline int tgge_lapack_solve(int size, int count, double *matrix, double *right) {
  lapack_int pivots[size];
  return (int)LAPACKE_dgesv(LAPACK_ROW_MAJOR, size, count, matrix, size, pivots, right, count);
}

#endif
