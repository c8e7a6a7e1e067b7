// What Linux can do with files, and Swift does not see: its header hides it unless _GNU_SOURCE is defined.

#ifndef TGGE_FILES_H
#define TGGE_FILES_H

/// Lets the disk begin with so many bytes of an open file, and does not wait for it.
///
/// A hint: where there is no such call, or it does not work, the system begins by itself later.
void tgge_file_start_writing(int descriptor, long long offset, long long count);

/// Gives an open file room on its disk for so many bytes, whatever its length is, which stays.
///
/// 0, or -1 with errno: EOPNOTSUPP where the file system has no such call.
int tgge_file_reserve(int descriptor, long long bytes);

/// An open file in memory, without a name; -1 with errno.
int tgge_file_in_memory(void);

#endif
