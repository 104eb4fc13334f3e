#include "sandbox/fault_reply.h"

#include <array>
#include <nlohmann/json.hpp>

#include "sandbox/envelope.h"
#include "sandbox/gzip.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t default_oversize = 4 << 20;
constexpr std::int64_t default_depth = 5000;

Reply status_reply(const Fault& fault, Call& call) {
    const int status = static_cast<int>(fault.number("status", 500));
    Refusal refusal{status, fault.text("code").value_or(usual_code(status)),
                    "A fault asked for this reply.",
                    fault.flag("retryable", status == 429 || status >= 500)};
    Reply reply = failure(call, refusal);
    if (!fault.flag("envelope", true)) reply.body.clear();
    if (const auto wait = fault.text("retry_after"))
        reply.headers.emplace_back("Retry-After", *wait);
    return reply;
}

Reply garbage() {
    Reply reply;
    reply.body = "\x01\x02 this is no JSON {\"data\": \xff\xfe";
    return reply;
}

Reply captive_portal(const Fault& fault) {
    Reply reply;
    reply.status = static_cast<int>(fault.number("status", 200));
    reply.content_type = "text/html";
    reply.body =
        "<!DOCTYPE html><html><body><h1>Welcome to the airport's network</h1></body></html>";
    if (reply.status / 100 == 3) {
        reply.headers.emplace_back("Location", "http://portal.invalid/login");
    }
    return reply;
}

Reply no_data(const Call& call) {
    return success(call, nullptr);
}

// Puts `text` in front of the members of the object that `body` is.
void insert_first(std::string& body, const std::string& text) {
    if (!body.empty() && body.front() == '{') body.insert(1, text);
}

void shift(Json& object, const char* field, std::int64_t by_ms) {
    if (!object.is_object() || !object.contains(field) || !object[field].is_string()) return;
    const auto time = kit::parse_iso8601(object[field].get<std::string>());
    if (time) object[field] = kit::iso8601_ms(*time + by_ms);
}

std::string skewed(const Fault& fault, const std::string& body) {
    auto envelope = Json::parse(body, nullptr, false);
    if (!envelope.is_object()) return body;
    const auto by_ms = fault.number("ms", 0);
    shift(envelope, "timestamp", by_ms);
    if (!fault.flag("envelope_only", false) && envelope.contains("data")) {
        shift(envelope["data"], "sessionExpiresAt", by_ms);
        shift(envelope["data"], "refreshExpiresAt", by_ms);
    }
    return envelope.dump();
}

std::string repeated(const std::string& text, std::int64_t times) {
    std::string result;
    for (std::int64_t i = 0; i < times; ++i)
        result += text;
    return result;
}

}  // namespace

bool replaces_reply(const Fault& fault) {
    static constexpr std::array<std::string_view, 8> names = {
        "status_before_commit", "status_after_commit", "garbage", "captive_portal",
        "conflict_409",         "mismatch_422",        "no_data", "unauthorized"};
    for (const auto name : names) {
        if (fault.kind == name) return true;
    }
    return false;
}

Reply replacement(const Fault& fault, Call& call) {
    if (fault.kind == "garbage") return garbage();
    if (fault.kind == "captive_portal") return captive_portal(fault);
    if (fault.kind == "no_data") return no_data(call);
    if (fault.kind == "unauthorized") return failure(call, invalid_session());
    if (fault.kind == "conflict_409") {
        return failure(call,
                       {409, "ASYNC_OPERATION_PENDING", "A fault: still being handled.", true});
    }
    if (fault.kind == "mismatch_422") {
        return failure(call, {422,
                              "VALIDATION_FAILED",
                              "A fault: this Idempotency-Key belongs to another request.",
                              false,
                              {{"field", "Idempotency-Key"}}});
    }
    return status_reply(fault, call);
}

Reply altered(const Fault& fault, Reply reply) {
    if (fault.kind == "oversize") {
        const auto bytes = fault.number("bytes", default_oversize);
        insert_first(reply.body, "\"padding\":\"" + repeated("x", bytes) + "\",");
    } else if (fault.kind == "truncated") {
        reply.body.resize(reply.body.size() / 2);
    } else if (fault.kind == "duplicate_keys") {
        insert_first(reply.body, "\"data\":{\"sessionToken\":\"first\"},\"error\":null,");
    } else if (fault.kind == "deep_json") {
        const auto depth = fault.number("depth", default_depth);
        insert_first(reply.body, "\"deep\":" + repeated("[", depth) + repeated("]", depth) + ",");
    } else if (fault.kind == "gzip") {
        reply.body = gzip_stored(reply.body);
        reply.headers.emplace_back("Content-Encoding", "gzip");
    } else if (fault.kind == "clock_skew") {
        reply.body = skewed(fault, reply.body);
    }
    return reply;
}

int sent_status(const Fault& fault, int status) {
    if (fault.kind == "drop_reply_after_commit" || fault.kind == "reset_before" ||
        fault.kind == "reset_after") {
        return 0;
    }
    return status;
}

}  // namespace credit::sandbox
