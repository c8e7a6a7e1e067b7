// MPI for Swift. Its constants and handles are macros, which Swift does not import, so that each one
// that is used here becomes a function. The functions of mpi.h are imported as they are.
// One header serves Open MPI, MPICH and its relatives, and SimGrid's SMPI.

#ifndef TGGE_MPI_SHIM_H
#define TGGE_MPI_SHIM_H

#include <mpi.h>

// Handles are pointers in some libraries and numbers in others. Where MPI writes one, a structure
// around it lets the same Swift code do.
typedef struct { MPI_Comm handle; } tgge_mpi_comm;
typedef struct { MPI_Datatype handle; } tgge_mpi_datatype;
typedef struct { MPI_Request handle; } tgge_mpi_request;
typedef struct { MPI_Win handle; } tgge_mpi_win;

// Communicators and error handlers
static inline MPI_Comm tgge_mpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm tgge_mpi_comm_self(void) { return MPI_COMM_SELF; }
static inline int tgge_mpi_comm_type_shared(void) { return MPI_COMM_TYPE_SHARED; }
static inline MPI_Info tgge_mpi_info_null(void) { return MPI_INFO_NULL; }
static inline MPI_Errhandler tgge_mpi_errors_return(void) { return MPI_ERRORS_RETURN; }

/// The number that Fortran has for a communicator; a macro in some libraries.
static inline int tgge_mpi_comm_to_fortran(MPI_Comm comm) { return (int)MPI_Comm_c2f(comm); }

// Element types
static inline MPI_Datatype tgge_mpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype tgge_mpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Datatype tgge_mpi_uint64(void) { return MPI_UINT64_T; }
static inline MPI_Datatype tgge_mpi_int8(void) { return MPI_INT8_T; }
static inline MPI_Datatype tgge_mpi_uint8(void) { return MPI_UINT8_T; }

// Operations, buffers, statuses
static inline MPI_Op tgge_mpi_sum(void) { return MPI_SUM; }
static inline MPI_Op tgge_mpi_max(void) { return MPI_MAX; }
static inline MPI_Op tgge_mpi_bitwise_or(void) { return MPI_BOR; }
static inline void *tgge_mpi_in_place(void) { return MPI_IN_PLACE; }
static inline MPI_Status *tgge_mpi_status_ignore(void) { return MPI_STATUS_IGNORE; }
static inline int tgge_mpi_mode_nocheck(void) { return MPI_MODE_NOCHECK; }

// Thread levels
static inline int tgge_mpi_thread_single(void) { return MPI_THREAD_SINGLE; }
static inline int tgge_mpi_thread_funneled(void) { return MPI_THREAD_FUNNELED; }
static inline int tgge_mpi_thread_serialized(void) { return MPI_THREAD_SERIALIZED; }
static inline int tgge_mpi_thread_multiple(void) { return MPI_THREAD_MULTIPLE; }

// Return codes and lengths of texts
static inline int tgge_mpi_success(void) { return MPI_SUCCESS; }
static inline int tgge_mpi_max_error_string(void) { return MPI_MAX_ERROR_STRING; }
static inline int tgge_mpi_max_library_version_string(void) {
  return MPI_MAX_LIBRARY_VERSION_STRING;
}
static inline int tgge_mpi_max_processor_name(void) { return MPI_MAX_PROCESSOR_NAME; }

// The library whose header this is, as against the one that is running

#define TGGE_MPI_TEXT(x) #x
#define TGGE_MPI_VERSION(a, b, c) TGGE_MPI_TEXT(a) "." TGGE_MPI_TEXT(b) "." TGGE_MPI_TEXT(c)

/// 1 for Open MPI, 2 for MPICH and those derived from it, 0 for any other.
static inline int tgge_mpi_family(void) {
#if defined(OPEN_MPI)
  return 1;
#elif defined(MPICH_VERSION) || defined(MVAPICH2_VERSION) || defined(I_MPI_VERSION)
  return 2;
#else
  return 0;
#endif
}

/// Name and version for messages.
static inline const char *tgge_mpi_built_with(void) {
#if defined(OPEN_MPI)
  return "Open MPI " TGGE_MPI_VERSION(OMPI_MAJOR_VERSION, OMPI_MINOR_VERSION, OMPI_RELEASE_VERSION);
#elif defined(I_MPI_VERSION)
  return "Intel MPI " I_MPI_VERSION;
#elif defined(MVAPICH2_VERSION)
  return "MVAPICH " MVAPICH2_VERSION;
#elif defined(MPICH_VERSION)
  return "MPICH " MPICH_VERSION;
#else
  return "an MPI library of another make";
#endif
}

#endif
