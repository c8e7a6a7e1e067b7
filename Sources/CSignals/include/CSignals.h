// Signals that ask a run to stop are noted, and looked at between two steps.
//
// The handler is C: nothing of Swift may run inside a signal.

#ifndef TGGE_SIGNALS_H
#define TGGE_SIGNALS_H

/// From now on SIGTERM, SIGUSR1 and the first SIGINT are noted and end nothing; a second SIGINT ends
/// the process.
void tgge_signals_watch(void);

/// From now on a file that grows beyond its limit (ulimit -f) is an error of the call that writes, and ends nothing.
void tgge_signals_keep_errors_of_files(void);

/// The number of the last signal that was noted, 0 if there was none.
int tgge_signals_noted(void);

#endif
