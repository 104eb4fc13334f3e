#include "trial_clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fingerprint.h"
#include "text.h"

#ifdef CLOCK_BOOTTIME
#define SINCE_BOOT CLOCK_BOOTTIME
#else
#define SINCE_BOOT CLOCK_MONOTONIC
#endif

struct trial_clock {
    int64_t offset_ms;
    uint64_t boot_id;
};

static int64_t read_ms(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t read_boot_id(void) {
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    struct buffer text = {0};
    uint64_t id = 0;
    if (read_all(fd, 256, &text) == 0 && text.size > 0) {
        id = fingerprint_of((credit_str){text.data, text.size});
    }
    buffer_free(&text);
    close(fd);
    return id;
}

static void now(void* context, credit_now* out) {
    const struct trial_clock* clock = context;
    out->wall_ms = read_ms(CLOCK_REALTIME) + clock->offset_ms;
    out->elapsed_ms = read_ms(SINCE_BOOT);
    out->boot_id = clock->boot_id;
}

credit_code trial_clock_install(credit_config* config, int64_t offset_ms) {
    struct trial_clock* clock = must_allocate(sizeof *clock);
    clock->offset_ms = offset_ms;
    clock->boot_id = read_boot_id();
    credit_clock port = {.struct_size = sizeof port, .context = clock, .now = now, .release = free};
    credit_code code = credit_config_set_clock(config, &port);
    if (code != CREDIT_OK) free(clock); /* a refused port stays ours */
    return code;
}
