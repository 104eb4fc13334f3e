// A transport's outcome -> what it means. First line: status (or failure number), route; then headers, an empty line, the
// body:  "401 platform\nRetry-After: 3\n\n{...}". Judged against a second, smaller reading of reliability's table 2.7.
#include <optional>
#include <string>

#include "core/platform_api/verdict.h"
#include "tests/fuzz/support/json_oracle.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::string_view kOurs = "corr-1";

struct Case {
    HttpOutcome outcome;
    RefreshJudgeContext context;
};

void read_headers(Input& in, HttpResponse& response) {
    for (int i = 0; i < 16 && !in.empty(); ++i) {
        Input line(in.line());
        if (line.empty()) return;
        const std::string name(line.until(':'));
        std::string_view value = line.rest();
        if (value.starts_with(' ')) value.remove_prefix(1);
        response.headers.push_back({name, std::string(value)});
    }
}

Case read_case(std::string_view input) {
    Case out;
    Input in(input);
    Input first(in.line());
    const std::string_view status = first.until(' ');
    const std::string_view route = first.until(' ');
    out.context.correlation_id = kOurs;
    if (route == "partner") out.context.route = RefreshRoute::partner;
    if (route == "managed") out.context.route = RefreshRoute::backend_managed;
    if (first.rest() == "live") out.context.environment = Environment::live;
    if (status.starts_with('f')) {
        out.outcome.failure = static_cast<HttpFailure>(leading_number(status.substr(1)) % 12);
        out.outcome.maybe_sent = first.rest() != "unsent";
        out.outcome.detail = std::string(in.rest());
        return out;
    }
    out.outcome.ok = true;
    out.outcome.response.status = leading_number(status) % 600;
    read_headers(in, out.outcome.response);
    out.outcome.response.body.append(in.rest());
    return out;
}

bool is_one_of(int status, std::initializer_list<int> some) {
    for (const int one : some) {
        if (one == status) return true;
    }
    return false;
}

// Whether table 2.7 lets this answer end the session; nothing: the two libraries do not read the same JSON.
std::optional<bool> may_be_dead(const Case& c) {
    const int status = c.outcome.response.status;
    const bool platform = c.context.route == RefreshRoute::platform;
    if (status < 400 || status > 499 || is_one_of(status, {407, 408, 409, 422, 425, 429}))
        return false;
    if (platform && status != 400 && status != 401) return false;
    const auto json = read_json(c.outcome.response.body.view());
    if (!json) return false;
    if (json->duplicates || json->deep || !json->value.is_object()) return std::nullopt;
    if (platform) return is_terminal_envelope(json->value, kOurs);
    const nlohmann::json* details = object_at(json->value, "details");
    return text_at(json->value, "error") != nullptr && details != nullptr &&
           is_terminal_envelope(*details, kOurs);
}

void check_reply_kind(const Case& c, AnswerKind kind) {
    const int status = c.outcome.response.status;
    const bool two_hundred = status >= 200 && status < 300;
    const auto dead = may_be_dead(c);
    if (dead) FUZZ_CHECK((kind == AnswerKind::dead) == *dead);
    FUZZ_CHECK(two_hundred == (kind == AnswerKind::issued || kind == AnswerKind::malformed));
    FUZZ_CHECK(kind != AnswerKind::unsent);
    if (status >= 500 || is_one_of(status, {407, 408, 425, 429})) {
        FUZZ_CHECK(kind == AnswerKind::transient);
    }
    if (status >= 300 && status < 400) FUZZ_CHECK(kind == AnswerKind::refused);
    FUZZ_CHECK((status == 409) == (kind == AnswerKind::in_progress));
    if (kind == AnswerKind::key_mismatch) FUZZ_CHECK(status == 422);
    if (kind == AnswerKind::unauthorized) {
        FUZZ_CHECK(c.context.route != RefreshRoute::platform && (status == 401 || status == 403));
    }
}

void check_answer(const Case& c, const RefreshAnswer& answer) {
    const AnswerKind kind = answer.kind;
    if (kind == AnswerKind::issued) {
        FUZZ_CHECK(answer.reachable && answer.issued.session_token != nullptr);
        FUZZ_CHECK(c.context.route != RefreshRoute::backend_managed ||
                   answer.issued.refresh_token == nullptr);
    } else {
        check_error(answer.error);
        FUZZ_CHECK(answer.issued.session_token == nullptr);
        FUZZ_CHECK(answer.retry_after_ms == answer.error.retry_after_ms);
    }
    if (!c.outcome.ok) {
        const bool unsent = !c.outcome.maybe_sent || c.outcome.failure == HttpFailure::lease_lapsed;
        FUZZ_CHECK(unsent == (kind == AnswerKind::unsent));
        FUZZ_CHECK(kind != AnswerKind::dead && kind != AnswerKind::issued);
        return;
    }
    check_reply_kind(c, kind);
    const int status = c.outcome.response.status;
    FUZZ_CHECK(answer.body_digest == 0 || status >= 500 || status == 422);
    FUZZ_CHECK(kind == AnswerKind::issued || answer.error.http_status == status);
}

void check_session_reply(const Case& c) {
    const Result<Issued> result = judge_session_reply(
        c.outcome, c.context.environment, c.context.route == RefreshRoute::backend_managed);
    const int status = c.outcome.response.status;
    if (result.ok()) {
        FUZZ_CHECK(c.outcome.ok && status >= 200 && status < 300);
        FUZZ_CHECK(result.value().session_token != nullptr);
        return;
    }
    check_error(result.error());
    // Whatever a partner says about a new session, it is no verdict on the one there is.
    FUZZ_CHECK(result.error().code != Code::session_dead);
    if (c.outcome.ok && status >= 500) FUZZ_CHECK(result.error().code == Code::partner_unavailable);
}

}  // namespace

CREDIT_FUZZ_TARGET(verdict) {
    const Case c = read_case(input);
    const RefreshAnswer answer = judge_refresh(c.outcome, c.context);
    check_answer(c, answer);
    // Equal answers have equal digests: it is how a cached reply shows (R14).
    FUZZ_CHECK(judge_refresh(c.outcome, c.context).body_digest == answer.body_digest);
    check_session_reply(c);
    if (!c.outcome.ok) return;
    const Envelope envelope = read_envelope(c.outcome.response.body);
    const bool rejects = rejects_session_token(c.outcome.response, envelope);
    FUZZ_CHECK(!rejects || (c.outcome.response.status == 401 && envelope.present));
    check_error(response_error(c.outcome.response, envelope));
}

}  // namespace credit::fuzz
