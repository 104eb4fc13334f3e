// The same over libcurl and TLS, against a server in a process of its own: what OpenSSL and libcurl do when there is no
// memory for them. For soaks: a handshake alone is thousands of allocations.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

#include "tests/contract/transport_server.h"
#include "tests/oom/sweep.h"

namespace credit::oom {
namespace {

constexpr std::uint64_t kMostPoints = 150;
constexpr std::uint64_t kFewPoints = 60;  // where each run waits for real time

// Replays by key; a refresh token that was used with another key is the session's end.
class TlsPlatform {
  public:
    std::string answer(const test::Received& request) {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (!request.target.ends_with("/refresh")) return ok(R"({"journeyID":"j-1"})");
        const std::string key = request.header("Idempotency-Key").value_or("");
        const std::string token = request.header("Authorization").value_or("");
        const auto kept = kept_.find(key);
        if (kept != kept_.end()) return kept->second;
        if (!used_.insert(token).second) return refused();
        const std::string number = std::to_string(++serial_);
        return kept_[key] =
                   ok(R"({"sessionToken":"st_test_tls_aaaaaaaaaaaaaaaaaaaa)" + number +
                      R"(","refreshToken":"rt_test_tls_bbbbbbbbbbbbbbbbbbbb)" + number + R"("})");
    }

  private:
    static std::string ok(const std::string& data) {
        return test::TransportServer::reply(
            R"({"requestID":"req","correlationID":null,"timestamp":"2026-03-05T16:10:10Z","data":)" +
            data + R"(,"error":null})");
    }
    static std::string refused() {
        const std::string body =
            R"({"requestID":"req","correlationID":null,"timestamp":"2026-03-05T16:10:10Z","data":null,)"
            R"("error":{"code":"AUTH_INVALID_SESSION","message":"used","retryable":false,"details":{}}})";
        return "HTTP/1.1 401 Unauthorized\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    std::mutex mutex_;
    std::map<std::string, std::string> kept_;
    std::set<std::string> used_;
    int serial_ = 0;
};

// What the parent learns: the port as a line, then the certificate.
[[noreturn]] void serve(int out, int stay) {
    ::signal(SIGPIPE, SIG_IGN);  // clients leave in the middle of a handshake
    TlsPlatform platform;
    const test::CertificateAuthority authority("oom");
    test::TransportServer::Script script;
    script.identity = authority.issue();
    script.answer = [&](const test::Received& request, test::Channel& channel) {
        channel.write(platform.answer(request));
        return test::After::keep;
    };
    const test::TransportServer server(std::move(script));
    const std::string told = std::to_string(server.port()) + "\n" + authority.pem();
    if (::write(out, told.data(), told.size()) != static_cast<ssize_t>(told.size())) ::_exit(1);
    ::close(out);
    char nothing = 0;
    while (::read(stay, &nothing, 1) > 0) {
    }
    ::_exit(0);
}

std::string read_all(int in) {
    std::string out;
    std::array<char, 4096> piece;
    for (ssize_t got = 1; got > 0;) {
        got = ::read(in, piece.data(), piece.size());
        if (got > 0) out.append(piece.data(), static_cast<std::size_t>(got));
    }
    return out;
}

struct Place {
    std::string url;
    std::string ca_pem;
};
Place& place() {
    static Place known;
    return known;
}

Setup over_tls() {
    Setup setup;
    setup.real_url = place().url;
    setup.ca_pem = place().ca_pem;
    return setup;
}

TEST(OomNetwork, Called) {
    sweep({"tls_called", over_tls(),
           [](Scene& scene) {
               credit_session* const session = scene.live();
               if (session == nullptr) return;
               scene.wait(scene.get(session));
               scene.wait(scene.post(session));
           }},
          kMostPoints);
}

TEST(OomNetwork, Refreshed) {
    sweep({"tls_refreshed", over_tls(),
           [](Scene& scene) {
               credit_session* const session = scene.live();
               if (session == nullptr) return;
               scene.saw(scene.of_library([&] { return credit_session_reject_token(session, 1); }));
               scene.wait(scene.token(session));
           }},
          kFewPoints);
}

TEST(OomNetwork, ClosedInTheMiddle) {
    sweep({"tls_closed_in_the_middle", over_tls(),
           [](Scene& scene) {
               credit_session* const session = scene.live();
               if (session == nullptr) return;
               scene.get(session);
               scene.journey(session, false);
               scene.wait(scene.close(session));
               scene.wait_all();
           }},
          kMostPoints);
}

}  // namespace
}  // namespace credit::oom

int main(int argc, char** argv) {
    std::array<int, 2> told{};
    std::array<int, 2> stay{};
    if (::pipe(told.data()) != 0 || ::pipe(stay.data()) != 0) throw std::runtime_error("pipe");
    const pid_t server = ::fork();
    if (server == 0) {
        ::close(told[0]);
        ::close(stay[1]);
        credit::oom::serve(told[1], stay[0]);
    }
    ::close(told[1]);
    ::close(stay[0]);
    const std::string all = credit::oom::read_all(told[0]);
    const std::size_t line = all.find('\n');
    credit::oom::place() = {"https://127.0.0.1:" + all.substr(0, line), all.substr(line + 1)};
    ::testing::InitGoogleTest(&argc, argv);
    const int failed = RUN_ALL_TESTS();
    ::close(stay[1]);
    ::waitpid(server, nullptr, 0);
    return failed;
}
