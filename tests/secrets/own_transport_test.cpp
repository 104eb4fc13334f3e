// R39: the same with an app's own HTTP client instead of libcurl: what the library hands over and takes is wiped as well.
// The test is the app here, and what it frees itself does not count.
#include <credit/credit.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <string>

#include "tests/secrets/canaries.h"
#include "tests/secrets/findings.h"
#include "tests/secrets/heap.h"

namespace credit::secrets {
namespace {

Shared& shared_memory() {
    static Shared* const shared = [] {
        void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return memory == MAP_FAILED ? nullptr : static_cast<Shared*>(memory);
    }();
    return *shared;
}

// Answers at once, from memory that is no heap.
class Client {
  public:
    explicit Client(Canaries& canaries) {
        for (Reply& reply : replies_)
            make(reply, canaries);
    }
    int sessions = 0;
    int refreshes = 0;
    bool key_was_right = false;

    static void start(void* context, const credit_http_request* request,
                      credit_http_exchange* exchange) {
        auto& self = *static_cast<Client*>(context);
        const std::string_view url(request->url.data, request->url.size);
        std::string_view body =
            R"({"requestID":"r","correlationID":null,"timestamp":"2026-03-05T10:00:00Z","data":{},"error":null})";
        if (url.ends_with("/credit/session")) {
            ++self.sessions;
            body = self.replies_[0].flat.data();
        } else if (url.ends_with("/refresh")) {
            ++self.refreshes;
            self.key_was_right = self.has_key(*request);
            body = self.replies_[1].envelope.data();
        }
        if (credit_http_may_send(exchange) == 0)
            return credit_http_fail(exchange, CREDIT_HTTP_LEASE_LAPSED, 0, credit_string(""));
        credit_http_complete(exchange, 200, nullptr, 0,
                             reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    }
    static void cancel(void*, credit_http_exchange*) {}

  private:
    struct Reply {
        std::array<char, 1024> flat{};
        std::array<char, 1024> envelope{};
        std::array<char, 64> key{};
    };

    void make(Reply& reply, Canaries& canaries) {
        const std::string number = std::to_string(++made_);
        const std::string session = canaries.invent("session token " + number, "st_test_", 40);
        const std::string refresh = canaries.invent("refresh token " + number, "rt_test_", 40);
        canaries.add_refresh_key(number, refresh).copy(reply.key.data(), reply.key.size() - 1);
        constexpr const char* kPair =
            R"("sessionToken":"%s","refreshToken":"%s","sessionExpiresAt":"2026-03-05T10:30:00Z",)"
            R"("refreshExpiresAt":"2026-03-12T10:00:00Z")";
        std::array<char, 512> pair{};
        std::snprintf(pair.data(), pair.size(), kPair, session.c_str(), refresh.c_str());
        std::snprintf(
            reply.flat.data(), reply.flat.size(),
            R"({%s,"borrowerExternalID":"borrower-1","timestamp":"2026-03-05T10:00:00Z"})",
            pair.data());
        std::snprintf(reply.envelope.data(), reply.envelope.size(),
                      R"({"requestID":"r","correlationID":null,"timestamp":"2026-03-05T10:00:00Z",)"
                      R"("data":{%s},"error":null})",
                      pair.data());
    }

    bool has_key(const credit_http_request& request) const {
        for (std::uint32_t i = 0; i < request.header_count; ++i) {
            const credit_str value = request.headers[i].value;
            if (std::string_view(value.data, value.size) == replies_[0].key.data()) return true;
        }
        return false;
    }

    int made_ = 0;
    std::array<Reply, 2> replies_;
};

// One answer at a time.
struct Answer {
    std::mutex mutex;
    std::condition_variable changed;
    credit_code code = CREDIT_INTERNAL;
    bool there = false;

    static void on_done(void* context, const credit_error* error) {
        auto& self = *static_cast<Answer*>(context);
        const std::lock_guard<std::mutex> hold(self.mutex);
        self.code = credit_error_code(error);
        self.there = true;
        self.changed.notify_all();
    }
    static void on_token(void* context, credit_token*, const credit_error* error) {
        on_done(context, error);
    }
    static void on_response(void* context, credit_response*, const credit_error* error) {
        on_done(context, error);
    }
    credit_code wait() {
        std::unique_lock<std::mutex> hold(mutex);
        changed.wait(hold, [this] { return there; });
        there = false;
        return code;
    }
};

void log_in(void*, credit_partner_auth_call* call) {
    const credit_header header = {credit_string("Authorization"),
                                  credit_string(shared_memory().login.data())};
    credit_partner_auth_complete(call, &header, 1);
}

credit_config* configure(Client& client, const std::string& folder) {
    credit_config* config = nullptr;
    EXPECT_EQ(credit_config_create(&config), CREDIT_OK);
    const credit_transport transport = {sizeof transport, &client, Client::start, Client::cancel,
                                        nullptr};
    const credit_partner_auth auth = {sizeof auth, nullptr, log_in, nullptr};
    const Shared& shared = shared_memory();
    EXPECT_EQ(credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST), CREDIT_OK);
    EXPECT_EQ(credit_config_set_platform_url(config, credit_string("https://platform.invalid")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_partner_url(config, credit_string("https://partner.invalid")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_storage_dir(config, credit_string(folder.c_str())), CREDIT_OK);
    EXPECT_EQ(
        credit_config_set_storage_key(config, shared.storage_key.data(), shared.storage_key.size()),
        CREDIT_OK);
    EXPECT_EQ(credit_config_set_transport(config, &transport), CREDIT_OK);
    EXPECT_EQ(credit_config_set_partner_auth(config, &auth), CREDIT_OK);
    return config;
}

void live(credit_session* session) {
    Answer answer;
    credit_start_options options{};
    options.struct_size = sizeof options;
    options.profile_json = credit_string(shared_memory().profile_json.data());
    ASSERT_EQ(credit_session_start(session, &options, &answer, Answer::on_done, nullptr),
              CREDIT_OK);
    ASSERT_EQ(answer.wait(), CREDIT_OK);
    credit_request request{};
    request.struct_size = sizeof request;
    request.method = credit_string("POST");
    request.path = credit_string("/api/v1/headless/journeys");
    request.body = credit_string("{}");
    ASSERT_EQ(credit_session_send(session, &request, &answer, Answer::on_response, nullptr),
              CREDIT_OK);
    ASSERT_EQ(answer.wait(), CREDIT_OK);
    ASSERT_EQ(credit_session_reject_token(session, 1), CREDIT_OK);
    ASSERT_EQ(credit_session_get_token(session, nullptr, &answer, Answer::on_token, nullptr),
              CREDIT_OK);
    ASSERT_EQ(answer.wait(), CREDIT_OK);
    ASSERT_EQ(credit_session_end(session, &answer, Answer::on_done), CREDIT_OK);
    ASSERT_EQ(answer.wait(), CREDIT_OK);
    ASSERT_EQ(credit_session_close(session, &answer, Answer::on_done), CREDIT_OK);
    ASSERT_EQ(answer.wait(), CREDIT_OK);
}

void invent_secrets(Shared& shared, Canaries& canaries) {
    ("Bearer " + canaries.invent("app login", "", 40))
        .copy(shared.login.data(), shared.login.size() - 1);
    const std::string phone = canaries.invent("phone", "+91", 10, "0123456789");
    (R"({"phone":")" + phone + R"("})")
        .copy(shared.profile_json.data(), shared.profile_json.size() - 1);
    const std::string key = random_bytes(shared.storage_key.size());
    std::memcpy(shared.storage_key.data(), key.data(), key.size());
    canaries.add("storage key", key);
}

TEST(SecretsInFreedMemory, R39_NoneIsOursWithAnAppsOwnClient) {
    Shared& shared = shared_memory();
    Canaries canaries(shared.needles);
    invent_secrets(shared, canaries);
    Client client(canaries);
    std::string folder = std::filesystem::temp_directory_path() / "credit-own-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    shared.clears_blocks = true;
    watch_heap(shared);
    credit_config* config = configure(client, folder);
    credit_session* session = nullptr;
    ASSERT_EQ(credit_session_open(config, credit_string("borrower-1"), &session, nullptr),
              CREDIT_OK);
    live(session);
    credit_session_release(session);
    credit_config_release(config);
    std::filesystem::remove_all(folder);
    EXPECT_EQ(client.sessions, 1);
    EXPECT_EQ(client.refreshes, 1);
    EXPECT_TRUE(client.key_was_right);

    const Findings freed = search_freed(shared, canaries.names(), Owners(mappings_of("self")));
    std::cout << "freed memory: " << freed.summary() << '\n' << freed.text();
    EXPECT_EQ(freed.count_of_library(), 0u);
    EXPECT_GT(shared.frees, 100u);
    EXPECT_EQ(shared.untracked, 0u);
    // The check itself: what is freed as it is is found.
    {
        const std::string careless = std::string(shared.login.data());
    }
    EXPECT_GT(search_freed(shared, canaries.names(), Owners(mappings_of("self"))).count(),
              freed.count());
}

}  // namespace
}  // namespace credit::secrets
