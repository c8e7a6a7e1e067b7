// Notes signals; see CSignals.h.

#include "CSignals.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t noted = 0;

static void note(int number) { noted = number; }

void tgge_signals_watch(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;  // reads and writes go on
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  action.sa_flags |= SA_RESETHAND;
  sigaction(SIGINT, &action, NULL);
}

void tgge_signals_keep_errors_of_files(void) { signal(SIGXFSZ, SIG_IGN); }

int tgge_signals_noted(void) { return noted; }
