#include "sandbox/platform_api.h"

#include <spdlog/spdlog.h>

#include <exception>

#include "sandbox/authentication.h"
#include "sandbox/dispatch.h"
#include "sandbox/fault_reply.h"
#include "sandbox/idempotency.h"
#include "sandbox/journey_moves.h"
#include "sandbox/ledger.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

Ending ending_of(const Fault& fault) {
    // "how" chooses between an orderly end (fin) and a reset (rst) of the connection.
    const auto how = fault.text("how");
    if (fault.kind == "drop_reply_after_commit") {
        return how == "rst" ? Ending::reset : Ending::dropped;
    }
    if (fault.kind == "reset_before" || fault.kind == "reset_after") {
        return how == "fin" ? Ending::dropped : Ending::reset;
    }
    return fault.kind == "reset_during" ? Ending::half : Ending::whole;
}

// A refusal is an answer like any other: what led to it is kept.
Reply answer_or_refusal(Work& work, const Reply* instead) {
    try {
        return dispatch(work, instead);
    } catch (const Refusal& refusal) {
        return failure(work.call, refusal);
    }
}

}  // namespace

Delivery PlatformApi::answer(Call& call) {
    identify(call);
    find_route(call);
    call.now_ms = call.arrived_ms = sandbox_.clock.now_ms();
    const auto fault = sandbox_.faults.take(call);
    if (!fault) {
        Delivery delivery{handle(call, nullptr, {})};
        finish(call, nullptr, delivery.reply);
        return delivery;
    }
    call.fault = fault->kind;
    wait_before(call, *fault);
    Delivery delivery{with_fault(call, *fault), ending_of(*fault)};
    finish(call, &*fault, delivery.reply);
    wait_after(*fault);
    return delivery;
}

void PlatformApi::wait_before(Call& call, const Fault& fault) {
    if (fault.kind == "hold_before") {
        if (fault.flag("reserve_key", false)) reserve_key(call);
        sandbox_.holds.wait();
    }
    if (fault.kind == "delay" && fault.flag("before", false)) {
        sandbox_.holds.sleep(std::chrono::milliseconds(fault.number("ms", 0)));
    }
    call.now_ms = sandbox_.clock.now_ms();
}

void PlatformApi::wait_after(const Fault& fault) {
    if (fault.kind == "hold") sandbox_.holds.wait();
    if (fault.kind == "delay" && !fault.flag("before", false)) {
        sandbox_.holds.sleep(std::chrono::milliseconds(fault.number("ms", 0)));
    }
}

void PlatformApi::reserve_key(Call& call) {
    if (!call.mutates() || !call.idempotency_key) return;
    const Settings settings = sandbox_.settings.get();
    const std::lock_guard lock(sandbox_.store.mutex());
    kit::Transaction transaction(sandbox_.store.database());
    Work work = work_on(call, settings);
    try {
        reserve(work, credential_scope(work));
    } catch (const Refusal&) {
        return;  // Handling the call will find the same and say so.
    }
    transaction.commit();
}

Work PlatformApi::work_on(Call& call, const Settings& settings) {
    return {sandbox_.store.database(), settings,       sandbox_.environment, call,
            sandbox_.events,           sandbox_.origin};
}

Reply PlatformApi::with_fault(Call& call, const Fault& fault) {
    if (fault.kind == "expired_pair") call.session_ttl_ms = -fault.number("ms", 1000);
    if (!fault.commits()) return leave_unhandled(call, fault);
    if (!replaces_reply(fault)) return altered(fault, handle(call, &fault, {}));
    Call shown_call = call;  // The ledger shall have the code of the true answer.
    const Reply shown = replacement(fault, shown_call);
    handle(call, &fault, {&shown, fault.flag("cached", false)});
    return shown;
}

Reply PlatformApi::handle(Call& call, const Fault* fault, Shown shown) {
    const Settings settings = sandbox_.settings.get();
    std::unique_lock lock(sandbox_.store.mutex());
    try {
        kit::Database& database = sandbox_.store.database();
        kit::Transaction transaction(database);
        Work work = work_on(call, settings);
        move_due(context_of(work));
        Reply reply = answer_or_refusal(work, shown.cached ? shown.reply : nullptr);
        forget_reservation(work);
        const int visible = shown.reply != nullptr ? shown.reply->status : reply.status;
        record_request(database, call, reply.status,
                       fault != nullptr ? sent_status(*fault, visible) : visible);
        transaction.commit();
        lock.unlock();
        sandbox_.events.committed();
        return reply;
    } catch (const std::exception& problem) {
        spdlog::error("requestID={} not handled: {}", call.request_id, problem.what());
        return failure(call, {500, "UPSTREAM_TEMPORARY_FAILURE", "The sandbox failed.", true});
    }
}

Reply PlatformApi::leave_unhandled(Call& call, const Fault& fault) {
    Reply shown;
    shown.status = 0;
    if (replaces_reply(fault)) shown = replacement(fault, call);
    const Settings settings = sandbox_.settings.get();
    const std::lock_guard lock(sandbox_.store.mutex());
    kit::Database& database = sandbox_.store.database();
    kit::Transaction transaction(database);
    Work work = work_on(call, settings);
    if (fault.flag("cached", false) && call.mutates() && call.idempotency_key) {
        try {
            remember(work, credential_scope(work), shown);
        } catch (const Refusal&) {
            // Without a credential there is nothing to keep it for.
        }
    }
    record_request(database, call, shown.status, shown.status);
    transaction.commit();
    return shown;
}

void PlatformApi::finish(const Call& call, const Fault* fault, Reply& reply) const {
    const bool skewed = fault != nullptr && fault->kind == "clock_skew";
    const auto now_ms = call.now_ms + (skewed ? fault->number("ms", 0) : 0);
    reply.headers.emplace_back("Date", kit::http_date(now_ms));
    // A captive portal is no part of the platform and does not speak like it.
    if (fault != nullptr && fault->kind == "captive_portal") return;
    reply.headers.emplace_back("X-Correlation-ID", call.correlation_id);
    reply.headers.emplace_back("Cache-Control", "no-store");
    if (reply.status != 400 && call.api_version) {
        reply.headers.emplace_back("X-AL-API-Version", *call.api_version);
    }
    if (reply.status == 405) reply.headers.emplace_back("Allow", call.allowed_methods);
}

Reply PlatformApi::turn_away(Call& call, const Refusal& refusal) {
    identify(call);
    find_route(call);
    call.now_ms = call.arrived_ms = sandbox_.clock.now_ms();
    // The library takes no method it does not know; on a path that is there, that has a better name.
    const bool odd_method =
        refusal.status == 400 && !call.allowed_methods.empty() && !takes_method(call);
    Reply reply = failure(call, odd_method ? wrong_method() : refusal);
    finish(call, nullptr, reply);
    const std::lock_guard lock(sandbox_.store.mutex());
    record_request(sandbox_.store.database(), call, reply.status, reply.status);
    return reply;
}

}  // namespace credit::sandbox
