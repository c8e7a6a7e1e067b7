// What Linux can do with files, and Swift does not see: its header hides it unless _GNU_SOURCE is defined.

#ifndef TGGE_FILES_H
#define TGGE_FILES_H

/// Lets the disk begin with so many bytes of an open file, and does not wait for it.
///
/// A hint: where there is no such call, or it does not work, the system begins by itself later.
void tgge_file_start_writing(int descriptor, long long offset, long long count);

#endif
