// The step control of tgge, so that explicit methods of equal order take the same steps.
#pragma once

#include <math.h>
#include <stdbool.h>

struct control {
  int order;
  double last_error;
  bool rejected;
  long steps, rejected_steps;
};

static inline struct control make_control(int order) {
  return (struct control){.order = order, .last_error = 1e-4};
}

// Whether to accept a step of this error, in units of the tolerance, and the factor for the next.
static inline bool judge(struct control *control, double error, double *factor) {
  if (!isfinite(error)) {
    *factor = 0.1;
  } else {
    const double beta = 0.04, alpha = 1.0 / control->order - 0.75 * beta;
    const double response = pow(fmax(error, 1e-10), -alpha);
    if (error <= 1) {
      const double most = control->rejected ? 1 : 10;
      *factor = fmin(most, fmax(0.2, 0.9 * response * pow(control->last_error, beta)));
      control->last_error = fmax(error, 1e-4);
      control->rejected = false;
      control->steps++;
      return true;
    }
    *factor = fmin(1, fmax(0.1, 0.9 * response));
  }
  control->rejected = true;
  control->rejected_steps++;
  return false;
}

// The error of order 8 from the sums of both estimates, as in E. Hairer's dop853.
static inline double combined_error(double fifth, double third, double modes) {
  const double both = fifth + 0.01 * third;
  return both == 0 ? 0 : fifth / sqrt(both * modes);
}

// The step that comes next: at most half of what is left, or all of it.
static inline double next_length(double length, double remaining, bool *lands) {
  *lands = length >= remaining * (1 - 1e-3);
  return *lands ? remaining : length * 2 > remaining ? remaining / 2 : length;
}
