#include "tests/secrets/watched.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>
#include <stdexcept>

namespace credit::secrets {
namespace {

std::string iso_time(std::int64_t seconds_from_now) {
    const std::time_t at = std::time(nullptr) + seconds_from_now;
    std::tm parts{};
    gmtime_r(&at, &parts);
    char text[40];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

[[noreturn]] void become_app(int memory, int in, int out, const std::string& folder,
                             const std::string& url) {
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    const int errors = ::open((folder + "/errors").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(errors, STDERR_FILENO);
    const std::string descriptor = std::to_string(memory);
    const std::string store = folder + "/store";
    const std::string ca = folder + "/ca.pem";
    const rlimit any{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CORE,
                &any);  // without the right to it there is no dump, and the test says so
    if (::chdir(folder.c_str()) == 0)
        ::execl(CREDIT_SECRETS_APP, "app", descriptor.c_str(), url.c_str(), ca.c_str(),
                store.c_str(), nullptr);
    ::_exit(127);
}

}  // namespace

CanaryPlatform::CanaryPlatform(Canaries& canaries) : canaries_(canaries), authority_("canaries") {
    test::TransportServer::Script script;
    script.identity = authority_.issue();
    script.answer = [this](const test::Received& request, test::Channel& channel) {
        channel.write(answer(request));
        return test::After::keep;
    };
    server_ = std::make_unique<test::TransportServer>(std::move(script));
}

bool CanaryPlatform::saw_profile(const std::string& needle) const {
    for (const test::Received& request : server_->received()) {
        if (request.body.find(needle) != std::string::npos) return true;
    }
    return false;
}

std::string CanaryPlatform::pair() {
    const std::string number = std::to_string(++serial_);
    const std::string session = canaries_.invent("session token " + number, "st_test_", 40);
    const std::string refresh = canaries_.invent("refresh token " + number, "rt_test_", 40);
    expected_key_ = canaries_.add_refresh_key(number, refresh);
    return R"("sessionToken":")" + session + R"(","refreshToken":")" + refresh +
           R"(","sessionExpiresAt":")" + iso_time(1800) + R"(","refreshExpiresAt":")" +
           iso_time(30 * 86'400) + '"';
}

std::string CanaryPlatform::answer(const test::Received& request) {
    if (request.target.ends_with("/credit/session")) {
        ++sessions_;
        return test::TransportServer::reply(
            "{" + pair() + R"(,"borrowerExternalID":"borrower-1","borrowerID":"b",)" +
            R"("activeJourney":{"journeyID":"j-1","status":"OPEN","nextAction":"KYC"},)" +
            R"("timestamp":")" + iso_time(0) + R"("})");
    }
    std::string data = R"({"journeys":[]})";
    if (request.target.ends_with("/sessions/refresh")) {
        ++refreshes_;
        if (request.header("Idempotency-Key") != expected_key_) ++wrong_keys_;
        data = "{" + pair() + "}";
    }
    return test::TransportServer::reply(
        R"({"requestID":"req-1","correlationID":null,"timestamp":")" + iso_time(0) +
        R"(","data":)" + data + R"(,"error":null})");
}

WatchedApp::WatchedApp(Kind kind) {
    ::signal(SIGPIPE, SIG_IGN);  // apps leave in the middle of a connection
    memory_ = ::memfd_create("credit-secrets", 0);
    if (memory_ < 0 || ::ftruncate(memory_, sizeof(Shared)) != 0)
        throw std::runtime_error("no shared memory");
    void* mapped = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, memory_, 0);
    if (mapped == MAP_FAILED) throw std::runtime_error("no shared memory");
    shared_ = static_cast<Shared*>(mapped);  // all zero is how it begins
    shared_->clears_blocks = kind.clears_blocks;
    shared_->wants_wiping_allocators = kind.wants_wiping_allocators;
    std::string pattern = (std::filesystem::temp_directory_path() / "credit-secrets-XXXXXX");
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder");
    folder_ = pattern;
    canaries_ = std::make_unique<Canaries>(shared_->needles);
    invent_secrets();
    platform_ = std::make_unique<CanaryPlatform>(*canaries_);
    std::ofstream(folder_ + "/ca.pem") << platform_->ca_pem();
    launch(kind.binds_lazily);
}

WatchedApp::~WatchedApp() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        end();
    }
    platform_.reset();
    ::munmap(shared_, sizeof(Shared));
    ::close(memory_);
    ::close(to_);
    ::close(from_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void WatchedApp::invent_secrets() {
    const std::string login = "Bearer " + canaries_->invent("app login", "", 40);
    login.copy(shared_->login.data(), shared_->login.size() - 1);
    const std::string phone = canaries_->invent("phone", "+91", 10, "0123456789");
    const std::string pan =
        canaries_->invent("PAN", "", 10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    const std::string profile = R"({"phone":")" + phone + R"(","pan":")" + pan + R"("})";
    profile.copy(shared_->profile_json.data(), shared_->profile_json.size() - 1);
    const std::string key = random_bytes(shared_->storage_key.size());
    std::memcpy(shared_->storage_key.data(), key.data(), key.size());
    canaries_->add("storage key", key);
}

void WatchedApp::launch(bool binds_lazily) {
    int in[2];
    int out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
        ::signal(SIGPIPE, SIG_DFL);
        ::unsetenv("LD_BIND_NOW");
        if (!binds_lazily) ::setenv("LD_BIND_NOW", "1", 1);
        ::close(in[1]);
        ::close(out[0]);
        become_app(memory_, in[0], out[1], folder_, platform_->url());
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
}

void WatchedApp::wait_for(const std::string& step) {
    std::string line;
    char c = 0;
    while (::read(from_, &c, 1) == 1 && c != '\n')
        line += c;
    if (line != step)
        throw std::runtime_error("expected " + step + ", got '" + line + "': " + errors());
}

void WatchedApp::go_on() {
    if (::write(to_, "\n", 1) != 1) throw std::runtime_error("the app is gone: " + errors());
}

void WatchedApp::abort_now() {
    if (::write(to_, "A", 1) != 1) throw std::runtime_error("the app is gone: " + errors());
}

int WatchedApp::end() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string WatchedApp::errors() const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/errors").rdbuf();
    return text.str();
}

}  // namespace credit::secrets
