// Webhooks: whom the partner backend believes, and what it makes of it.
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "partner_backend_fixture.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::e2e::partner {
namespace {

constexpr const char* kOld = "whsec_old_0123456789";
constexpr const char* kNew = "whsec_new_0123456789";
constexpr const char* kTenant = "0b9c2a54-0000-4000-8000-00000000000a";
constexpr const char* kApplication = "0b9c2a54-0000-4000-8000-00000000000b";

// Not the code under test: OpenSSL's own, over what the contract says.
std::string sign(const std::string& secret, const std::string& timestamp, const std::string& body) {
    const std::string message = timestamp + "." + body;
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
         &size);
    return kit::hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string now_s(std::int64_t off_s = 0) {
    return std::to_string(kit::real_now_ms() / 1000 + off_s);
}

class PartnerWebhooks : public PartnerBackend {
  protected:
    void start_with(const std::string& secrets, std::vector<std::string> extra = {}) {
        extra.insert(extra.end(), {"--db", folder_ + "/partner.db"});
        start(extra, {{"PARTNER_WEBHOOK_SECRETS", secrets}});
    }

    static json snapshot(std::int64_t sequence, const std::string& status,
                         const std::string& event = kit::new_uuid()) {
        return {{"schema_version", "1.0.0"},
                {"event_type", "journey.snapshot"},
                {"event_id", "evt_" + event},
                {"event_at", "2026-03-05T16:10:10.123Z"},
                {"snapshot_generated_at", "2026-03-05T16:10:10.123Z"},
                {"sequence", sequence},
                {"issuer", {{"source", "credit-api"}, {"trigger", "journey.offer.updated"}}},
                {"tenant_id", kTenant},
                {"application_id", kApplication},
                {"borrower",
                 {{"borrowerExternalID", "BORROWER-1"},
                  {"journeys", json::array({{{"journeyID", "journey-of-BORROWER-1"},
                                             {"status", status},
                                             {"nextAction", nullptr}}})}}}};
    }
    Reply send(const std::string& body, const Headers& headers) {
        return call("POST", url() + "/api/credit/webhooks", ca_file(), json(body), headers);
    }
    static Headers signed_headers(const std::string& body, const std::string& secret = kNew,
                                  const std::string& timestamp = now_s()) {
        return {{"X-AL-Webhook-Timestamp", timestamp},
                {"X-AL-Webhook-Signature", sign(secret, timestamp, body)},
                {"X-AL-Event-ID", "evt_unsigned"}};
    }
    Reply deliver(const json& event, const std::string& secret = kNew) {
        return send(event.dump(), signed_headers(event.dump(), secret));
    }
    json journeys() { return admin("GET", "/journeys").body["journeys"]; }
    json mapping() { return admin("GET", "/mapping").body["borrowers"]; }
};

TEST_F(PartnerWebhooks, AGenuineSnapshotIsDurableBeforeItIsAcknowledged) {
    start_with(kNew);
    session();
    EXPECT_EQ(mapping()[0]["status"], "IN_PROGRESS");
    const Reply reply = deliver(snapshot(1'741'179'022'100, "KYC_PENDING"));
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.body, json({{"status", "applied"}}));
    partner_->signal(SIGKILL);
    partner_->wait();
    start_with(kNew);
    EXPECT_EQ(journeys()[0]["status"], "KYC_PENDING");
    EXPECT_EQ(journeys()[0]["sequence"], 1'741'179'022'100);
    EXPECT_EQ(journeys()[0]["borrowerExternalID"], "BORROWER-1");
}

// python3: hmac.new(b"whsec_new_0123456789", b"1741179022." + b'{"a":1}', "sha256").hexdigest()
TEST_F(PartnerWebhooks, TheSignatureOfTheContract) {
    EXPECT_EQ(sign(kNew, "1741179022", R"({"a":1})"),
              "e38a802477134ffa5c27512198f126b441a69c8a3825d0be0887640301adc1cf");
}

TEST_F(PartnerWebhooks, AWrongSignatureIsNeverAccepted) {
    start_with(kNew);
    const json event = snapshot(1, "DISBURSED");
    const std::string body = event.dump();
    const std::string now = now_s();
    const std::string right = sign(kNew, now, body);
    const auto with = [&](const std::string& time, const std::string& signature) {
        return Headers{{"X-AL-Webhook-Timestamp", time}, {"X-AL-Webhook-Signature", signature}};
    };
    std::string flipped = right;
    flipped.back() = flipped.back() == '0' ? '1' : '0';
    std::string upper = right;
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::vector<std::tuple<Headers, int, std::string>> cases{
        {with(now, flipped), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, upper == right ? flipped : upper), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, right.substr(0, 63)), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, right + "0"), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, "sha256=" + right), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, sign(kOld, now, body)), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, sign("", now, body)), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now, sign(kNew, now, event.dump(1))), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with(now_s(1), right), 401, "WEBHOOK_SIGNATURE_INVALID"},
        {with("yesterday", right), 400, "WEBHOOK_TIMESTAMP_MALFORMED"},
        {with("-5", right), 400, "WEBHOOK_TIMESTAMP_MALFORMED"},
        {with("123456789012345678901234", right), 400, "WEBHOOK_TIMESTAMP_MALFORMED"},
        {{{"X-AL-Webhook-Timestamp", now}}, 400, "WEBHOOK_HEADER_MISSING"},
        {{{"X-AL-Webhook-Signature", right}}, 400, "WEBHOOK_HEADER_MISSING"},
        {{}, 400, "WEBHOOK_HEADER_MISSING"},
        {{{"X-AL-Webhook-Timestamp", now},
          {"X-AL-Webhook-Signature", right},
          {"X-AL-Webhook-Signature", right}},
         400,
         "WEBHOOK_HEADER_MISSING"},
        {with(now_s(-301), sign(kNew, now_s(-301), body)), 401, "WEBHOOK_TIMESTAMP_STALE"},
        {with(now_s(400), sign(kNew, now_s(400), body)), 401, "WEBHOOK_TIMESTAMP_STALE"}};
    for (const auto& [headers, status, code] : cases) {
        const Reply reply = send(body, headers);
        EXPECT_EQ(reply.status, status) << code;
        EXPECT_EQ(reply.body.value("code", ""), code);
    }
    EXPECT_EQ(journeys(), json::array());
    EXPECT_EQ(admin("GET", "/counters").body["webhooks_refused"], cases.size());
    EXPECT_EQ(admin("GET", "/counters").body["webhooks_accepted"], 0);
    EXPECT_EQ(send(body, with(now, right)).status, 200);  // the same, as it was signed
}

TEST_F(PartnerWebhooks, EveryByteOfTheBodyCounts) {
    start_with(kNew);
    const json event = snapshot(1, "KYC_PENDING");
    // Bytes that another writer would write differently: spaces, escapes, the order of keys.
    const std::string body =
        "{ \"borrower\" : " + event["borrower"].dump() + "," + event.dump().substr(1) + "\n";
    EXPECT_EQ(send(body, signed_headers(body)).status, 200);
    EXPECT_EQ(send(body, signed_headers(body + " ")).status, 401);
}

TEST_F(PartnerWebhooks, TheTimestampInSecondsMillisecondsAndIso) {
    start_with(kNew);
    const std::int64_t now = kit::real_now_ms();
    for (const std::string& time :
         {std::to_string(now / 1000), std::to_string(now), kit::iso8601_ms(now)}) {
        const std::string body = snapshot(now, "KYC_PENDING").dump();
        EXPECT_EQ(send(body, signed_headers(body, kNew, time)).status, 200) << time;
    }
    start_with(kNew, {"--webhook-timestamp", "ms", "--webhook-tolerance-s", "60"});
    const std::string body = snapshot(now, "KYC_PENDING").dump();
    EXPECT_EQ(send(body, signed_headers(body, kNew, now_s())).body["code"],
              "WEBHOOK_TIMESTAMP_STALE");  // seconds taken for milliseconds: 1970
    EXPECT_EQ(send(body, signed_headers(body, kNew, std::to_string(now - 61'000))).body["code"],
              "WEBHOOK_TIMESTAMP_STALE");
    EXPECT_EQ(send(body, signed_headers(body, kNew, std::to_string(now))).status, 200);
}

TEST_F(PartnerWebhooks, TwoSecretsWhileOneTakesOver) {
    start_with(std::string(kOld) + "," + kNew);
    EXPECT_EQ(deliver(snapshot(1, "KYC_PENDING"), kOld).status, 200);
    EXPECT_EQ(deliver(snapshot(2, "KYC_PENDING"), kNew).status, 200);
    EXPECT_EQ(deliver(snapshot(3, "KYC_PENDING"), "whsec_third_0123456789").status, 401);
    start_with(kNew);
    EXPECT_EQ(deliver(snapshot(4, "KYC_PENDING"), kOld).status, 401);
}

TEST_F(PartnerWebhooks, SecretsFromAFileChangeWithoutARestart) {
    const std::string file = folder_ + "/secrets";
    const auto write = [&](const std::string& text) {
        std::ofstream(file + ".new") << text;
        std::filesystem::permissions(file + ".new", std::filesystem::perms::owner_read);
        std::filesystem::rename(file + ".new", file);
    };
    write(std::string(kOld) + "\n");
    start({"--webhook-secrets-file", file});
    EXPECT_EQ(deliver(snapshot(1, "A"), kOld).status, 200);
    EXPECT_EQ(deliver(snapshot(2, "B"), kNew).status, 401);
    write(std::string(kOld) + "\n" + kNew + "\n");
    EXPECT_EQ(deliver(snapshot(2, "B"), kNew).status, 200);
    EXPECT_EQ(deliver(snapshot(3, "C"), kOld).status, 200);
    write("short\n");  // unusable: those of before stay
    EXPECT_EQ(deliver(snapshot(4, "D"), kNew).status, 200);
    write(std::string(kNew) + "\n");
    EXPECT_EQ(deliver(snapshot(5, "E"), kOld).status, 401);
    EXPECT_EQ(deliver(snapshot(5, "E"), kNew).status, 200);
}

TEST_F(PartnerWebhooks, TheSameEventTwiceIsTakenInOnce) {
    start_with(kNew);
    const json event = snapshot(7, "KYC_PENDING");
    EXPECT_EQ(deliver(event).body["status"], "applied");
    EXPECT_EQ(deliver(event).body["status"], "duplicate");
    // The body's id counts, also when the rest differs.
    json changed = event;
    changed["sequence"] = 8;
    changed["borrower"]["journeys"][0]["status"] = "REJECTED";
    EXPECT_EQ(deliver(changed).body["status"], "duplicate");
    start_with(kNew);  // remembered on disk
    EXPECT_EQ(deliver(event).body["status"], "duplicate");
    EXPECT_EQ(journeys()[0]["status"], "KYC_PENDING");
}

TEST_F(PartnerWebhooks, AnOlderSnapshotNeverOverwritesANewerOne) {
    start_with(kNew);
    session();
    EXPECT_EQ(deliver(snapshot(5, "KYC_PENDING")).body["status"], "applied");
    EXPECT_EQ(deliver(snapshot(4, "OFFERS_PENDING")).body["status"], "superseded");
    EXPECT_EQ(deliver(snapshot(5, "OFFERS_PENDING")).body["status"], "superseded");
    json later = snapshot(5, "BANK_MANDATE_PENDING");
    later["snapshot_generated_at"] = "2026-03-05T16:10:10.124Z";
    EXPECT_EQ(deliver(later).body["status"], "applied");
    EXPECT_EQ(deliver(snapshot(9'223'372'036'854'775'807, "CLOSED")).body["status"], "applied");
    EXPECT_EQ(deliver(snapshot(6, "DISBURSED")).body["status"], "superseded");
    EXPECT_EQ(journeys()[0]["status"], "CLOSED");
}

TEST_F(PartnerWebhooks, AnOldSessionReplyDoesNotOverwriteANewerSnapshotEither) {
    start_with(kNew);
    const json body{{"borrowerExternalID", "BORROWER-1"}};
    post("/api/credit/session", body, {{"Idempotency-Key", kKey}});
    json event = snapshot(1, "KYC_PENDING");
    event["snapshot_generated_at"] = kit::iso8601_ms(kit::real_now_ms() + 1000);
    deliver(event);
    EXPECT_EQ(mapping()[0]["status"], "KYC_PENDING");
    post("/api/credit/session", body, {{"Idempotency-Key", kKey}});  // the platform's old reply
    EXPECT_EQ(mapping()[0]["status"], "KYC_PENDING");
}

TEST_F(PartnerWebhooks, WhatIsGenuineButUnusableIsNamed) {
    start_with(kNew, {"--tenant-id", kTenant, "--application-id", kApplication});
    const std::vector<std::pair<const char*, json>> changes{
        {"/event_id", ""},
        {"/event_id", 7},
        {"/event_type", nullptr},
        {"/sequence", -1},
        {"/sequence", "7"},
        {"/sequence", 1.5},
        {"/sequence", 18'446'744'073'709'551'615U},
        {"/snapshot_generated_at", "soon"},
        {"/borrower", "B"},
        {"/borrower/borrowerExternalID", std::string(129, 'x')},
        {"/borrower/journeys", json::object()},
        {"/borrower/journeys/0/status", "A\nB"},
        {"/borrower/journeys/0", 5}};
    for (const auto& [place, value] : changes) {
        json event = snapshot(1, "KYC_PENDING");
        event[json::json_pointer(place)] = value;
        const Reply reply = deliver(event);
        EXPECT_EQ(reply.status, 400) << place;
        EXPECT_EQ(reply.body["code"], "WEBHOOK_MALFORMED") << place;
    }
    for (const std::string& body :
         {std::string("no json"), std::string(5000, '['), std::string()}) {
        EXPECT_EQ(send(body, signed_headers(body)).body["code"], "WEBHOOK_MALFORMED");
    }
    for (const char* place : {"/tenant_id", "/application_id"}) {
        json event = snapshot(1, "KYC_PENDING");
        event[json::json_pointer(place)] = kit::new_uuid();
        EXPECT_EQ(deliver(event).body["code"], "WEBHOOK_OTHER_APPLICATION");
    }
    json other = snapshot(1, "KYC_PENDING");
    other["event_type"] = "journey.novelty";
    other.erase("borrower");
    EXPECT_EQ(deliver(other).body["status"], "ignored");
    EXPECT_EQ(deliver(other).body["status"], "duplicate");
    EXPECT_EQ(journeys(), json::array());
}

TEST_F(PartnerWebhooks, BodiesThatAreNotTheBytesThatWereSigned) {
    start_with(kNew);
    const std::string body = snapshot(1, "KYC_PENDING").dump();
    const auto code = [&](const std::string& type, const std::string& encoding) {
        Headers headers = signed_headers(body);
        headers.emplace("Content-Type", type);
        if (!encoding.empty()) headers.emplace("Content-Encoding", encoding);
        return call("POST", url() + "/api/credit/webhooks", ca_file(), json(body), headers)
            .body.value("code", "");
    };
    EXPECT_EQ(code("text/plain", ""), "WEBHOOK_CONTENT_TYPE");
    EXPECT_EQ(code("application/x-www-form-urlencoded", ""), "WEBHOOK_CONTENT_TYPE");
    const std::string large(70'000, ' ');
    EXPECT_EQ(send(large, signed_headers(large)).status, 413);
}

TEST_F(PartnerWebhooks, WithoutASecretNothingIsAccepted) {
    start();
    const std::string body = snapshot(1, "KYC_PENDING").dump();
    EXPECT_EQ(send(body, signed_headers(body, "")).body["code"], "WEBHOOK_NOT_CONFIGURED");
}

TEST_F(PartnerWebhooks, KilledBeforeAndAfterTheCommit) {
    start_with(kNew);
    const json event = snapshot(1, "KYC_PENDING");
    for (const auto& [step, seen_again] :
         {std::pair("webhook_storing", "applied"), std::pair("webhook_committed", "duplicate")}) {
        const json fresh = snapshot(seen_again == std::string("applied") ? 1 : 2, "KYC_PENDING");
        admin("POST", "/crash", {{"step", step}});
        EXPECT_THROW(deliver(fresh), std::runtime_error);
        partner_->wait();
        start_with(kNew);
        EXPECT_EQ(deliver(fresh).body["status"], seen_again);
    }
    EXPECT_EQ(journeys()[0]["sequence"], 2);
}

TEST_F(PartnerWebhooks, SubscribesItselfAndGoesOnUntilThePlatformConfirms) {
    std::atomic<int> asked = 0;
    platform_.answer_with([&](const httplib::Request& request, httplib::Response& response) {
        const json body = json::parse(request.body);
        response.status = ++asked == 1 ? 503 : 200;
        response.set_content(json({{"tenant_id", kTenant},
                                   {"application_id", kApplication},
                                   {"webhook_enabled", true},
                                   {"webhook_url", body["url"]}})
                                 .dump(),
                             "application/json");
    });
    start_with(kNew, {"--tenant-id", kTenant, "--application-id", kApplication, "--subscribe"});
    while (asked < 2)
        std::this_thread::yield();
    const Seen seen = platform_.seen().at(1);
    EXPECT_EQ(seen.path, std::string("/api/tenants/") + kTenant + "/applications/" + kApplication +
                             "/webhooks/subscribe");
    EXPECT_EQ(seen.authorization, std::string("Bearer ") + kApiKey);
    EXPECT_EQ(seen.body, json({{"url", url() + "/api/credit/webhooks"}}));
    EXPECT_EQ(partner_->stop(), 0);
    EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace credit::e2e::partner
