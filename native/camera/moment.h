/* Time by CLOCK_MONOTONIC, and waiting by it. */
#ifndef LINTEL_CAMERA_MOMENT_H
#define LINTEL_CAMERA_MOMENT_H

#include <pthread.h>
#include <stdint.h>

/* A condition whose waits end by this clock, which nobody sets. */
void moment_condition(pthread_cond_t *condition);
/* A moment so far from now; now where it is negative. */
int64_t moment_after_ms(int wait_ms);
/* Waits for the condition, at most until then. 0 once it is later. */
int moment_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ns);

#endif
