// What the app does with its session, and how it takes the answers.
#include <algorithm>
#include <utility>

#include "tests/sim/process.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

constexpr std::int64_t kNoLook = -1;  // the hot path does not look at the store

}  // namespace

AskedOp* Process::add_op(Handle& one, Step what) {
    one.ops.push_back(std::make_unique<AskedOp>());
    AskedOp* op = one.ops.back().get();
    op->what = what;
    op->at = world.now();
    ++world.tally.operations;
    return op;
}

void Process::answered(Handle& one, AskedOp& op, const Error* error) {
    world.checks.called_back(*this);
    if (!alive || dying) return;
    world.trace.add(world.now(), place, "answer", static_cast<std::int64_t>(op.what),
                    error == nullptr ? 0 : static_cast<std::int64_t>(error->code));
    if (++op.answers > 1) world.breach("R34", "an operation was answered twice");
    if (depth == 0 || reacting_)
        world.breach("R34", "an answer came inside the call that asked for it");
    op.code = error == nullptr ? Code::ok : error->code;
    world.at(*this, Boundary::answered);
    react(one, op);
}

DoneCallback Process::done(Handle& one, AskedOp& op) {
    return [this, &one, &op](const Error* error) { answered(one, op, error); };
}

namespace {

// Misuse is answered at once; anything else by the callback, and not yet.
template <class Started>
void note_started(AskedOp& op, const Started& started) {
    if (!started.ok()) {
        op.misuse = true;
        op.code = started.error().code;
    }
}

}  // namespace

AskedOp* Process::ask_token(std::int64_t minimum, std::int64_t deadline) {
    Handle* one = handle();
    if (one == nullptr) return nullptr;
    world.at(*this, Boundary::asked);
    AskedOp* op = add_op(*one, Step::token);
    reacting_ = true;
    const auto asked = one->session->get_token(
        minimum, deadline, [this, one, op](const TokenRef& token, TokenSource, const Error* error) {
            if (error == nullptr) {
                op->generation = token->generation;
                world.checks.token_given(*this, *one, token->value->view(), token->generation,
                                         op->at);
            } else {
                world.checks.token_refused(*this, *one, error->code);
            }
            answered(*one, *op, error);
        });
    reacting_ = false;
    if (asked.ok()) op->id = asked.value();
    note_started(*op, asked);
    return op;
}

AskedOp* Process::ask_call() {
    Handle* one = handle();
    if (one == nullptr) return nullptr;
    world.at(*this, Boundary::asked);
    AskedOp* op = add_op(*one, Step::call);
    CallRequest request;
    request.method = "GET";
    request.path = "/api/v1/headless/journeys";
    reacting_ = true;
    const auto asked = one->session->send(
        std::move(request),
        [this, one, op](const std::shared_ptr<const CallResponse>& response, const Error* error) {
            if (response != nullptr) op->status = response->http.status;
            answered(*one, *op, error);
        });
    reacting_ = false;
    if (asked.ok()) op->id = asked.value();
    note_started(*op, asked);
    return op;
}

AskedOp* Process::ask_start(bool replace) {
    Handle* one = handle();
    if (one == nullptr) return nullptr;
    if (world.plan.provider == ProviderKind::none) return ask_adopt(replace);
    world.at(*this, Boundary::asked);
    AskedOp* op = add_op(*one, Step::start);
    world.checks.install_asked();
    reacting_ = true;
    const auto asked = one->session->start({}, replace, 0, done(*one, *op));
    reacting_ = false;
    if (asked.ok()) op->id = asked.value();
    note_started(*op, asked);
    return op;
}

AskedOp* Process::ask_adopt(bool replace) {
    Handle* one = handle();
    if (one == nullptr) return nullptr;
    world.at(*this, Boundary::asked);
    AskedOp* op = add_op(*one, Step::adopt);
    world.checks.install_asked();
    SecretBuffer json;
    json.append(world.server.session(world.now()).body);
    reacting_ = true;
    const auto asked = one->session->adopt_json(std::move(json), replace, done(*one, *op));
    reacting_ = false;
    if (asked.ok()) op->id = asked.value();
    note_started(*op, asked);
    return op;
}

void Process::end() {
    Handle* one = handle();
    if (one == nullptr) return;
    world.at(*this, Boundary::asked);
    AskedOp* op = add_op(*one, Step::end);
    world.checks.end_asked(*this);
    one->end_called = true;
    reacting_ = true;
    const auto asked = one->session->end([this, one, op](const Error* error) {
        if (error == nullptr) world.checks.end_done(*this);
        answered(*one, *op, error);
    });
    reacting_ = false;
    note_started(*op, asked);
    TokenHandle* token = nullptr;
    if (one->session->current_token(0, token) == Code::ok)
        world.breach("R35", "the token can still be had after end() returned");
}

void Process::close(std::int64_t reopen_after) {
    Handle* one = handle();
    if (one == nullptr) return;
    world.at(*this, Boundary::asked);
    AskedOp* op = add_op(*one, Step::close);
    one->close_called = true;
    closed_at = world.now();
    reacting_ = true;
    const auto asked = one->session->close([this, one, op](const Error* error) {
        if (!one->closed) world.breach("R34", "closed before its last announcement");
        world.at(*this, Boundary::closed);
        answered(*one, *op, error);
    });
    reacting_ = false;
    note_started(*op, asked);
    reopen(reopen_after);
}

void Process::hint(Hint which) {
    Handle* one = handle();
    if (one == nullptr) return;
    world.at(*this, Boundary::asked);
    (void)one->session->notify(which).ok();
}

void Process::perform(Step step, std::uint32_t param) {
    Handle* one = handle();
    if (one == nullptr) return;
    world.trace.add(world.now(), place, name_of(step));
    switch (step) {
        case Step::token:
            ask_token(0, param % 4 == 0 ? 2'000 : 0);
            break;
        case Step::token_long:
            ask_token(world.plan.life_ms, 0);
            break;
        case Step::hot_token: {
            TokenHandle* taken = nullptr;
            if (one->session->current_token(0, taken) != Code::ok) break;
            const HeldToken token(taken);
            world.checks.token_given(*this, *one, token->value->view(), token->generation, kNoLook);
            break;
        }
        case Step::call:
            ask_call();
            break;
        case Step::hint:
            hint(static_cast<Hint>(1 + param % 5));
            break;
        case Step::cancel:
            for (std::size_t i = one->ops.size(); i-- > 0;) {
                const AskedOp& op = *one->ops[i];
                if (op.answers != 0 || op.id == 0) continue;
                (void)one->session->cancel(op.id).ok();
                break;
            }
            break;
        case Step::close:
            close(param % 3 == 0 ? 0 : static_cast<std::int64_t>(param % 60'000));
            break;
        case Step::end:
            end();
            reopen(static_cast<std::int64_t>(param % 20'000));
            break;
        case Step::adopt:
            ask_adopt(param % 2 == 0);
            break;
        case Step::start:
            ask_start(param % 3 == 0);
            break;
        case Step::reject:
            if (one->last_generation != 0) {
                one->rejected_pair = one->last_pair;
                (void)one->session->reject_token(one->last_generation).ok();
            }
            break;
        case Step::open_other:
            break;
    }
}

// A borrower whose session is over is asked to begin again, now and then.
void Process::react(Handle&, const AskedOp& op) {
    const bool needs_new = op.what == Step::token && code_needs_new_session(op.code);
    if (!needs_new || world.calm || !rng_.chance(400)) return;
    world.after(rng_.between(500, 20'000), this, [this] {
        Handle* one = handle();
        if (one != nullptr && one->state.state == PublicState::no_session) ask_start(false);
    });
}

}  // namespace credit::sim
