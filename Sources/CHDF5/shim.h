// HDF5 for Swift. Its constants are macros, many of them calls, which Swift does not import, so that
// each one that is used here becomes a function. The functions of hdf5.h are imported as they are,
// those with a version in their name where the plain name is a macro.

#ifndef TGGE_HDF5_SHIM_H
#define TGGE_HDF5_SHIM_H

#include <hdf5.h>
#include <string.h>

#if !defined(H5_HAVE_PARALLEL)
#error "this HDF5 is built without MPI; TGGE_HDF5 names another for pkg-config, such as hdf5-openmpi"
#endif

/// Prepares the library: errors are return codes and print nothing, and nothing is done at exit, when
/// MPI has been finalised. Several times do no harm.
static inline herr_t tgge_hdf5_start(void) {
  H5dont_atexit();
  return H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

// Element types in memory and in files
static inline hid_t tgge_hdf5_memory_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t tgge_hdf5_memory_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t tgge_hdf5_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t tgge_hdf5_file_int64(void) { return H5T_STD_I64LE; }

/// A text of so many bytes in UTF-8; to be closed.
static inline hid_t tgge_hdf5_text(size_t bytes) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, bytes > 0 ? bytes : 1);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/// A text of any length, which h5py reads as one, for attributes; to be closed.
static inline hid_t tgge_hdf5_free_text(void) {
  hid_t type = tgge_hdf5_text(1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_strpad(type, H5T_STR_NULLTERM);
  return type;
}

// Property lists
static inline hid_t tgge_hdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t tgge_hdf5_file_access(void) { return H5Pcreate(H5P_FILE_ACCESS); }
static inline hid_t tgge_hdf5_dataset_create(void) { return H5Pcreate(H5P_DATASET_CREATE); }
static inline hid_t tgge_hdf5_link_create(void) { return H5Pcreate(H5P_LINK_CREATE); }

/// Has a file opened by all ranks of a communicator together. `communicator` is its handle in Fortran:
/// an int in every MPI library, so that who passes it needs no mpi.h; hdf5.h includes that by itself.
static inline herr_t tgge_hdf5_share(hid_t access, int communicator) {
  return H5Pset_fapl_mpio(access, MPI_Comm_f2c(communicator), MPI_INFO_NULL);
}

/// How data are transferred: by all ranks in one call of MPI, or by each on its own; to be closed.
static inline hid_t tgge_hdf5_transfer(int is_shared) {
  hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
  if (is_shared) H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
  return transfer;
}

// Flags
static inline unsigned tgge_hdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned tgge_hdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline hsize_t tgge_hdf5_unlimited(void) { return H5S_UNLIMITED; }
static inline hid_t tgge_hdf5_everything(void) { return H5S_ALL; }

/// Writes what went wrong in the innermost of the failed calls, and forgets it.
static inline herr_t tgge_hdf5_first_error(unsigned n, const H5E_error2_t *error, void *text) {
  if (n == 0) strncpy((char *)text, error->desc ? error->desc : "", 255);
  return 0;
}
static inline void tgge_hdf5_reason(char text[256]) {
  memset(text, 0, 256);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, tgge_hdf5_first_error, text);
  H5Eclear2(H5E_DEFAULT);
}

#endif
