// Opening, closing, ending, starting and adopting.
#include "capi/src/session.h"

#include "capi/src/callbacks.h"
#include "capi/src/config_check.h"
#include "capi/src/error.h"
#include "capi/src/sized.h"
#include "capi/src/strings.h"
#include "core/platform_api/contract.h"
#include "core/platform_api/token_rules.h"

namespace credit::capi {
namespace {

constexpr std::size_t kMaxJourneyTypeBytes = 64;

Status open_session(const credit_config* config, const credit_str& borrower, credit_session** out) {
    if (out == nullptr) return Error(Code::invalid_argument, "session: is NULL");
    *out = nullptr;
    if (config == nullptr) return Error(Code::invalid_argument, "config: is NULL");
    std::string_view id;
    if (!read_text(borrower, id))
        return Error(Code::invalid_argument, "borrower_external_id: size without data");
    Result<SessionConfig> made = make_session_config(*config);
    if (!made.ok()) return made.error();
    const Status fine = check_borrower_id(id);
    if (!fine.ok()) return fine;
    Result<std::shared_ptr<Session>> opened =
        Session::open(std::move(made).value(), std::string(id));
    if (!opened.ok()) return opened.error();
    *out = handle_for(std::move(opened).value());
    return Unit{};
}

credit_code read_start_options(const credit_start_options& given, StartOptions& options) {
    std::string_view type;
    std::string_view profile;
    if (!read_text(given.journey_type, type) || !read_text(given.profile_json, profile))
        return CREDIT_INVALID_ARGUMENT;
    if (type.size() > kMaxJourneyTypeBytes || profile.size() > kMaxJsonBytes)
        return CREDIT_INVALID_ARGUMENT;
    if (!sane_duration(given.deadline_ms)) return CREDIT_INVALID_ARGUMENT;
    if (contains_api_key(type) || contains_api_key(profile)) return CREDIT_API_KEY_REFUSED;
    options.journey_type = std::string(type);
    if (!profile.empty()) options.profile_json = Secret::copy_of(profile);
    return CREDIT_OK;
}

// One byte over the limit is enough for the parser to refuse it as too large, with its own words.
SecretBuffer bounded_copy(std::string_view json) {
    SecretBuffer copy;
    copy.append(json.substr(0, kMaxJsonBytes + 1));
    return copy;
}

}  // namespace
}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

credit_code credit_session_open(const credit_config* config, credit_str borrower_external_id,
                                credit_session** session, credit_error** error) noexcept {
    return guard_with_error(error,
                            [&] { return open_session(config, borrower_external_id, session); });
}

credit_session* credit_session_retain(credit_session* session) noexcept {
    return retain(session);
}

void credit_session_release(credit_session* session) noexcept {
    release(session);
}

credit_code credit_session_close(credit_session* session, void* context,
                                 credit_done_callback callback) noexcept {
    return guard([&] {
        if (session == nullptr) return CREDIT_INVALID_ARGUMENT;
        return code_of(session->session->close(wrap_done(context, callback)));
    });
}

credit_code credit_session_end(credit_session* session, void* context,
                               credit_done_callback callback) noexcept {
    return guard([&] {
        if (session == nullptr) return CREDIT_INVALID_ARGUMENT;
        return code_of(session->session->end(wrap_done(context, callback)));
    });
}

credit_code credit_session_start(credit_session* session, const credit_start_options* options,
                                 void* context, credit_done_callback callback,
                                 credit_op* op) noexcept {
    return guard([&] {
        if (session == nullptr || callback == nullptr) return CREDIT_INVALID_ARGUMENT;
        credit_start_options given;
        credit_code read = read_sized_or_default(options, given);
        credit::StartOptions wanted;
        if (read == CREDIT_OK) read = read_start_options(given, wanted);
        if (read != CREDIT_OK) return read;
        return report_op(session->session->start(std::move(wanted), given.replace != 0,
                                                 given.deadline_ms, wrap_done(context, callback)),
                         op);
    });
}

credit_code credit_session_adopt_json(credit_session* session, credit_str json,
                                      const credit_adopt_options* options, void* context,
                                      credit_done_callback callback, credit_op* op) noexcept {
    return guard([&] {
        std::string_view text;
        if (session == nullptr || callback == nullptr || !read_text(json, text) || text.empty()) {
            return CREDIT_INVALID_ARGUMENT;
        }
        credit_adopt_options given;
        const credit_code read = read_sized_or_default(options, given);
        if (read != CREDIT_OK) return read;
        return report_op(session->session->adopt_json(bounded_copy(text), given.replace != 0,
                                                      wrap_done(context, callback)),
                         op);
    });
}
