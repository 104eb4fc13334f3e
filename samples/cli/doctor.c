/* The command `doctor`: what it may touch, its steps, and waiting. */
#include "doctor.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "secrets.h"

enum { kProgressS = 10, kSteps = 7, kBackendSteps = 3 };

int doctor_give_up(struct doctor* doctor, credit_code code, const char* message) {
    if (doctor->trouble[0] == '\0') {
        snprintf(doctor->trouble, sizeof doctor->trouble, "%s", message);
        doctor->trouble_code = code;
    }
    return -1;
}

void doctor_say(struct doctor* doctor, const char* what) {
    fprintf(stderr, "doctor %d/%d: %s\n", ++doctor->step, doctor->steps, what);
}

int64_t doctor_now_ms(const struct doctor* doctor) {
    return monotonic_ms() + doctor->advanced_ms;
}

/* A trial's platform is told that time has passed. */
static int advance_clock(struct doctor* doctor, int64_t ms) {
    char body[64];
    struct probe_reply reply;
    struct probe_request request = {.url = doctor->options->probe_clock_url, .body = body};
    snprintf(body, sizeof body, "{\"advance_ms\":%lld}", (long long)ms);
    probe_header(&request, "Content-Type", "application/json");
    probe_send(doctor->options, &request, &reply);
    int status = reply.status;
    probe_reply_free(&reply);
    if (status != 200) {
        return doctor_give_up(doctor, CREDIT_CONFIG_INVALID,
                              "--probe-clock-url does not advance a clock");
    }
    doctor->advanced_ms += ms;
    return 0;
}

void doctor_wait(int64_t left_ms, const char* what) {
    int64_t end_ms = monotonic_ms() + left_ms;
    fprintf(stderr, "  %s: %lld s to wait\n", what, (long long)((left_ms + 999) / 1000));
    for (int64_t shown_ms = left_ms; left_ms > 0; left_ms = end_ms - monotonic_ms()) {
        if (shown_ms - left_ms >= kProgressS * 1000) {
            fprintf(stderr, "  %s: %lld s left\n", what, (long long)((left_ms + 999) / 1000));
            shown_ms = left_ms;
        }
        int64_t nap_ms = left_ms < 1000 ? left_ms : 1000;
        struct timespec nap = {.tv_sec = (time_t)(nap_ms / 1000),
                               .tv_nsec = (long)(nap_ms % 1000) * 1000000L};
        nanosleep(&nap, NULL);
    }
}

int doctor_wait_until(struct doctor* doctor, int64_t at_ms, const char* what) {
    int64_t left_ms = at_ms - doctor_now_ms(doctor);
    if (left_ms <= 0) return 0;
    if (doctor->options->probe_clock_url != NULL) return advance_clock(doctor, left_ms);
    doctor_wait(left_ms, what);
    return 0;
}

/* The SDK's own rules for URLs and environments, without opening anything. */
static int check_endpoints(const struct app* app) {
    const struct options* options = app->options;
    static const uint8_t kNoKey[kKeySize] = {1};
    struct failure failure;
    credit_config* config = NULL;
    credit_error* error = NULL;
    if (credit_config_create(&config) != CREDIT_OK)
        return app_fail_with(app, CREDIT_OUT_OF_MEMORY, "there is no memory");
    if (options->environment != 0)
        credit_config_set_environment(config, (credit_environment)options->environment);
    credit_config_set_platform_url(config, str_of(options->platform_url));
    credit_config_set_partner_url(config, str_of(options->partner_url));
    /* Nothing is ever stored: only the check wants a place. */
    credit_config_set_storage_dir(config, str_of("unused"));
    credit_config_set_storage_key(config, kNoKey, sizeof kNoKey);
    credit_paths paths = {.struct_size = sizeof paths,
                          .refresh = str_of(options->refresh_path),
                          .journeys = str_of(options->journeys_path),
                          .partner_session = str_of(options->partner_session_path),
                          .partner_refresh = str_of(options->partner_refresh_path)};
    credit_config_set_paths(config, &paths);
    credit_code code = credit_config_check(config, &error);
    failure_copy(&failure, error);
    credit_error_release(error);
    credit_config_release(config);
    return code == CREDIT_OK ? 0 : app_fail(app, &failure);
}

static int refuse(const struct app* app, credit_code code, const char* message) {
    return app_fail_with(app, code, message);
}

/* 0, or the exit code of a printed refusal: nothing has been sent by then. */
static int check_wishes(const struct app* app) {
    const struct options* options = app->options;
    if (options->environment == CREDIT_ENVIRONMENT_LIVE && !options->allow_live) {
        return refuse(app, CREDIT_ENVIRONMENT_MISMATCH,
                      "the doctor uses up sessions and provokes refusals: in LIVE only with "
                      "--allow-live");
    }
    if (options->partner_url == NULL)
        return refuse(app, CREDIT_CONFIG_MISSING,
                      "partner-url is missing: sessions come from there (--partner-url)");
    if (options->throwaway_borrower == NULL || app->secrets->doctor_auth == NULL) {
        return refuse(app, CREDIT_CONFIG_MISSING,
                      "the doctor needs a borrower of its own, whose sessions it uses up: "
                      "--throwaway-borrower (CREDIT_DOCTOR_BORROWER) and CREDIT_DOCTOR_AUTH");
    }
    if (options->borrower != NULL && strcmp(options->borrower, options->throwaway_borrower) == 0) {
        return refuse(app, CREDIT_CONFIG_INVALID,
                      "the throw-away borrower is the one the app uses: its session would suffer");
    }
    const char* login = app->secrets->partner_auth;
    if (login != NULL && strcmp(login, app->secrets->doctor_auth) == 0) {
        return refuse(app, CREDIT_CONFIG_INVALID,
                      "CREDIT_DOCTOR_AUTH is the app's login: its session would suffer");
    }
    static const char kLoopback[] = "http://127.0.0.1:";
    const char* clock = options->probe_clock_url;
    if (clock != NULL && (options->environment != CREDIT_ENVIRONMENT_TEST ||
                          strncmp(clock, kLoopback, sizeof kLoopback - 1) != 0)) {
        return refuse(app, CREDIT_CONFIG_INVALID,
                      "--probe-clock-url is for trials: http on 127.0.0.1 in TEST");
    }
    return check_endpoints(app);
}

static int run_steps(struct doctor* doctor) {
    struct pair live = {0};
    doctor->steps = kSteps;
    int failed = examine_sessions(doctor, &live);
    if (doctor->found.backend_managed == kYes) doctor->steps = kBackendSteps;
    if (!failed) failed = examine_codes(doctor, &live);
    /* Without a refresh token all that can be seen is what the partner does with its own. */
    int managed = live.refresh == NULL;
    if (!failed && managed) failed = examine_backend(doctor, &live);
    if (!failed && !managed) failed = examine_same_key(doctor, &live);
    if (!failed && !managed) failed = examine_other_key(doctor);
    if (!failed && !managed) failed = examine_key_memory(doctor, &live);
    if (!failed && !managed) failed = examine_partner(doctor, &live);
    pair_free(&live);
    return failed;
}

int command_doctor(struct app* app) {
    int refused = check_wishes(app);
    if (refused) return refused;
    struct doctor doctor = {.app = app,
                            .options = app->options,
                            .login = app->secrets->doctor_auth,
                            .borrower = app->options->throwaway_borrower};
    doctor.found.route =
        app->options->refresh_route != 0 ? app->options->refresh_route : CREDIT_REFRESH_PLATFORM;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return refuse(app, CREDIT_INTERNAL, "libcurl cannot be used");
    int failed = run_steps(&doctor);
    if (failed) return app_fail_with(app, doctor.trouble_code, doctor.trouble);
    report_print(&doctor);
    return kExitOk;
}
