#include "sandbox/idempotency.h"

#include "sandbox/envelope.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

struct Record {
    std::string method;
    std::string path;
    std::string credential;
    std::string body;
    std::string owner;
    bool in_flight = false;
    Reply reply;
};

std::optional<Record> find(Work& work) {
    auto query = work.database.prepare(
        "SELECT method, path, credential, body, owner, state, status, reply FROM idempotency "
        "WHERE key = ? AND created_at_ms > ?");
    query.bind(1, work.call.idempotency_key)
        .bind(2, work.call.now_ms - work.settings.idempotency_ttl_ms);
    if (!query.step()) return std::nullopt;
    Record record{query.text(0), query.text(1), query.text(2),
                  query.text(3), query.text(4), query.text(5) == "in_flight",
                  Reply{}};
    record.reply.status = static_cast<int>(query.integer(6));
    record.reply.body = query.text(7);
    return record;
}

void write(Work& work, const std::string& credential, const char* state, const Reply& reply) {
    const Call& call = work.call;
    auto row = work.database.prepare(
        "INSERT OR REPLACE INTO idempotency (key, method, path, credential, body, owner, state, "
        "status, reply, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, call.idempotency_key).bind(2, call.method).bind(3, call.path);
    row.bind(4, kit::sha256_hex(credential)).bind(5, kit::sha256_hex(call.body));
    row.bind(6, call.request_id).bind(7, state).bind(8, reply.status).bind(9, reply.body);
    row.bind(10, call.now_ms).run();
}

bool is_same_call(const Record& record, const Call& call, const std::string& credential) {
    return record.method == call.method && record.path == call.path &&
           record.credential == kit::sha256_hex(credential) &&
           record.body == kit::sha256_hex(call.body);
}

}  // namespace

std::optional<Reply> stored_reply(Work& work, const std::string& credential) {
    const auto record = find(work);
    if (!record || record->owner == work.call.request_id) return std::nullopt;
    if (!is_same_call(*record, work.call, credential)) {
        throw Refusal{422,
                      "VALIDATION_FAILED",
                      "This Idempotency-Key belongs to another request.",
                      false,
                      {{"field", "Idempotency-Key"}}};
    }
    if (record->in_flight) {
        throw Refusal{409, "ASYNC_OPERATION_PENDING",
                      "The first request with this Idempotency-Key is still being handled.", true};
    }
    work.call.effect = "replay";
    return record->reply;
}

void reserve(Work& work, const std::string& credential) {
    if (!find(work)) write(work, credential, "in_flight", Reply{});
}

void remember(Work& work, const std::string& credential, const Reply& reply) {
    write(work, credential, "done", reply);
}

void forget_reservation(Work& work) {
    work.database.prepare("DELETE FROM idempotency WHERE owner = ? AND state = 'in_flight'")
        .bind(1, work.call.request_id)
        .run();
}

}  // namespace credit::sandbox
