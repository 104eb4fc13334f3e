#include "tests/fuzz/support/capi_model.h"

#include "tests/fuzz/support/secrets.h"

namespace credit::fuzz {
namespace {

std::string_view view(credit_str s) {
    return {s.data, s.size};
}

bool silent(credit_str s, const std::set<std::string>& secrets) {
    FUZZ_CHECK(s.data != nullptr && s.data[s.size] == '\0');
    if (shows_token(view(s))) return false;
    for (const std::string& secret : secrets) {
        if (shows(view(s), secret)) return false;
    }
    return true;
}

}  // namespace

Owed* CapiModel::owe(const LifeRef& life, Asked what) {
    owed_.push_back({this, life, what, false, life->closed, 0});
    calling = true;
    return &owed_.back();
}

void CapiModel::taken(Owed* owed, credit_code code) {
    calling = false;
    owed->accepted = code == CREDIT_OK;
    if (owed->what != Asked::close && owed->what != Asked::text) check_code(*owed->life, code);
    if (owed->what == Asked::close) FUZZ_CHECK(code == CREDIT_OK);
    if (owed->what == Asked::text) {
        // A spent handle still explains itself; only while it closes nothing is taken on.
        const Life& life = *owed->life;
        const bool closing = life.close_asked && !life.closed;
        FUZZ_CHECK(code == (closing ? CREDIT_SESSION_SPENT : CREDIT_OK));
    }
    if (owed->accepted && owed->what == Asked::end) {
        owed->life->ended = true;
        ended_.insert(owed->life->borrower);
    }
    if (owed->accepted && owed->what == Asked::close) owed->life->close_asked = true;
}

void CapiModel::check_code(const Life& life, credit_code code) const {
    // From the call that asks for it: what were taken on later would be answered behind close's own callback (R34).
    const bool spent = life.ended || life.closed || life.close_asked;
    FUZZ_CHECK(code == (spent ? CREDIT_SESSION_SPENT : CREDIT_OK));
}

void CapiModel::saw_token(Life& life, credit_str value, std::uint64_t generation) {
    FUZZ_CHECK(!life.ended && !life.closed);  // R35
    FUZZ_CHECK(value.data[value.size] == '\0');
    FUZZ_CHECK(ports_.platform.issued(life.borrower, view(value)));
    FUZZ_CHECK(generation != 0 && generation >= life.generation);
    life.generation = generation;
}

void CapiModel::saw_state(Life& life, const credit_state_info& info, bool from_observer) {
    FUZZ_CHECK(info.state >= CREDIT_STATE_LOADING && info.state <= CREDIT_STATE_CLOSED);
    const bool may_be_closed = life.close_asked || life.ended || life.released;
    FUZZ_CHECK(info.state != CREDIT_STATE_CLOSED || may_be_closed);
    FUZZ_CHECK(!life.closed || info.state == CREDIT_STATE_CLOSED);
    if (info.state == CREDIT_STATE_NO_SESSION) {
        FUZZ_CHECK(info.reason >= 2001 && info.reason < 3000);
        if (info.reason == CREDIT_SESSION_ENDED) FUZZ_CHECK(ended_ever(life.borrower));
        // Only the platform ends a session (R27): no fault of network, storage or clock does.
        if (info.reason == CREDIT_SESSION_DEAD || info.reason == CREDIT_SESSION_SUPERSEDED) {
            FUZZ_CHECK(ports_.platform.all_mortal() || ports_.platform.may_die(life.borrower));
        }
    }
    if (!from_observer) return;
    FUZZ_CHECK(!life.observed_closed);
}

void CapiModel::check_error(const Owed& owed, const credit_error& error) const {
    const credit_code code = credit_error_code(&error);
    FUZZ_CHECK(code != CREDIT_OK && code != CREDIT_INTERNAL && code != CREDIT_OUT_OF_MEMORY);
    FUZZ_CHECK(view(credit_code_name(code)) != "unknown");
    const auto& secrets = ports_.platform.secrets();
    FUZZ_CHECK(silent(credit_error_message(&error), secrets));
    FUZZ_CHECK(silent(credit_error_platform_code(&error), secrets));
    FUZZ_CHECK(silent(credit_error_request_id(&error), secrets));
    FUZZ_CHECK(silent(credit_error_correlation_id(&error), secrets));
    FUZZ_CHECK(owed.what != Asked::close);
    // Diagnostics fail only where nobody waits for them any more.
    if (owed.what == Asked::text) FUZZ_CHECK(code == CREDIT_CANCELLED || code == CREDIT_DEADLINE);
    if (code == CREDIT_SESSION_ENDED) FUZZ_CHECK(ended_ever(owed.life->borrower));
    if (code == CREDIT_SESSION_DEAD) {
        FUZZ_CHECK(ports_.platform.all_mortal() || ports_.platform.may_die(owed.life->borrower));
    }
}

Owed& CapiModel::came(void* context, const credit_error* error) {
    Owed& owed = *static_cast<Owed*>(context);
    CapiModel& model = *owed.model;
    FUZZ_CHECK(!model.calling);      // never inside a call (rule 3)
    FUZZ_CHECK(!model.in_callback);  // one after the other
    FUZZ_CHECK(owed.accepted && ++owed.calls == 1);
    const bool closing = owed.what == Asked::close;
    FUZZ_CHECK(closing || owed.after_close || !owed.life->closed);
    if (error != nullptr) check_error(owed, *error);
    return owed;
}

void CapiModel::on_done(void* context, const credit_error* error) {
    CapiModel& model = *static_cast<Owed*>(context)->model;
    Owed& owed = model.came(context, error);
    if (owed.what == Asked::close) owed.life->closed = true;
    if (owed.what == Asked::end && error == nullptr && model.ports_.records.size() == 1) {
        // When ending says that it is done, no secret is left in the store (R4).
        FUZZ_CHECK(!model.ports_.holds_secret_of(model.ports_.platform.secrets()));
    }
}

void CapiModel::on_token(void* context, credit_token* token, const credit_error* error) {
    CapiModel& model = *static_cast<Owed*>(context)->model;
    Owed& owed = model.came(context, error);
    FUZZ_CHECK((token == nullptr) == (error != nullptr));
    if (token == nullptr) return;
    model.saw_token(*owed.life, credit_token_value(token), credit_token_generation(token));
    const credit_token_source source = credit_token_source_of(token);
    FUZZ_CHECK(source >= CREDIT_TOKEN_FROM_CACHE && source <= CREDIT_TOKEN_FROM_START);
}

void CapiModel::on_text(void* context, credit_str text, const credit_error* error) {
    CapiModel& model = *static_cast<Owed*>(context)->model;
    model.came(context, error);
    FUZZ_CHECK(silent(text, model.ports_.platform.secrets()));
}

void CapiModel::on_journey(void* context, credit_journey* journey, const credit_error* error) {
    CapiModel& model = *static_cast<Owed*>(context)->model;
    model.came(context, error);
    FUZZ_CHECK(journey == nullptr || error == nullptr);
    if (journey != nullptr) FUZZ_CHECK(view(credit_journey_id(journey)) == "j-1");
}

void CapiModel::on_response(void* context, credit_response* response, const credit_error* error) {
    CapiModel& model = *static_cast<Owed*>(context)->model;
    model.came(context, error);
    FUZZ_CHECK((response == nullptr) == (error != nullptr));
    if (response == nullptr) return;
    const std::int32_t attempts = credit_response_attempts(response);
    FUZZ_CHECK(attempts == 1 || attempts == 2);
    FUZZ_CHECK(credit_response_status(response) >= 100);
}

void CapiModel::check_all_answered() const {
    for (const Owed& owed : owed_)
        FUZZ_CHECK(owed.calls == (owed.accepted ? 1 : 0));
}

}  // namespace credit::fuzz
