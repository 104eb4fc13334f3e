// R39: that secrets are not locked in memory, or that there are more of them than fit, is said once. Each case is a process
// of its own, since the library's memory is made once.
#include <credit/credit.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace credit::secrets {
namespace {

// What several sessions have logged, and one answer at a time.
struct Heard {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    std::string text;
    bool answered = false;

    static void log(void* context, credit_log_level level, credit_str line) {
        auto& self = *static_cast<Heard*>(context);
        const std::lock_guard<std::mutex> hold(self.mutex);
        self.lines.push_back(std::to_string(level) + " " + std::string(line.data, line.size));
    }
    void answer(std::string with) {
        const std::lock_guard<std::mutex> hold(mutex);
        text = std::move(with);
        answered = true;
        changed.notify_all();
    }
    static void on_text(void* context, credit_str text, const credit_error* error) {
        static_cast<Heard*>(context)->answer(error != nullptr ? "error"
                                                              : std::string(text.data, text.size));
    }
    static void on_done(void* context, const credit_error* error) {
        static_cast<Heard*>(context)->answer(credit_code_name(credit_error_code(error)).data);
    }
    std::string wait() {
        std::unique_lock<std::mutex> hold(mutex);
        changed.wait(hold, [this] { return answered; });
        answered = false;
        return text;
    }
};

credit_config* configure(Heard& heard, const std::string& folder) {
    constexpr std::array<std::uint8_t, 32> kKey{1, 2, 3};
    credit_config* config = nullptr;
    const credit_logger logger = {sizeof logger, &heard, Heard::log, nullptr};
    if (credit_config_create(&config) != CREDIT_OK ||
        credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST) != CREDIT_OK ||
        credit_config_set_platform_url(config, credit_string("https://platform.invalid")) !=
            CREDIT_OK ||
        credit_config_set_storage_dir(config, {folder.data(), folder.size()}) != CREDIT_OK ||
        credit_config_set_storage_key(config, kKey.data(), kKey.size()) != CREDIT_OK ||
        credit_config_set_logger(config, &logger) != CREDIT_OK)
        return nullptr;
    return config;
}

credit_session* open(credit_config* config, const std::string& borrower) {
    credit_session* session = nullptr;
    return credit_session_open(config, {borrower.data(), borrower.size()}, &session, nullptr) ==
                   CREDIT_OK
               ? session
               : nullptr;
}

std::string diagnostics(credit_session* session, Heard& heard) {
    return credit_session_diagnostics(session, &heard, Heard::on_text, nullptr) == CREDIT_OK
               ? heard.wait()
               : "refused";
}

// A token far larger than the locked memory is refused as such; the reply that brought it had to lie somewhere.
void bring_a_large_reply(credit_session* session, Heard& heard) {
    const std::string json = R"({"padding":")" + std::string(60'000, 'x') + R"("})";
    if (credit_session_adopt_json(session, {json.data(), json.size()}, nullptr, &heard,
                                  Heard::on_done, nullptr) == CREDIT_OK)
        heard.wait();
}

// The lines that two sessions have logged, through the end of the second one's answer.
std::vector<std::string> play(Heard& heard, const std::string& folder, bool large) {
    credit_config* config = configure(heard, folder);
    if (config == nullptr) return {"no configuration"};
    for (const char* borrower : {"borrower-1", "borrower-2"}) {
        credit_session* session = open(config, borrower);
        if (session == nullptr) return {"no session"};
        for (int i = 0; i < 3; ++i) {
            if (large) bring_a_large_reply(session, heard);
            diagnostics(session, heard);
        }
        credit_session_release(session);
    }
    credit_config_release(config);
    const std::lock_guard<std::mutex> hold(heard.mutex);
    return heard.lines;
}

// Root, too, may be told that it may not lock memory.
bool forbid_locking() {
    const rlimit none{0, 0};
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> rights{};
    if (::syscall(SYS_capget, &head, rights.data()) != 0) return false;
    rights[0].effective &= ~(1U << CAP_IPC_LOCK);
    rights[0].permitted &= ~(1U << CAP_IPC_LOCK);
    return ::syscall(SYS_capset, &head, rights.data()) == 0 &&
           ::setrlimit(RLIMIT_MEMLOCK, &none) == 0;
}

// Exit code 0: what was logged contains exactly one line, with this in it; or none, where that is empty.
int judge(const std::vector<std::string>& lines, const std::string& wanted) {
    for (const std::string& line : lines)
        std::fprintf(stderr, "logged: %s\n", line.c_str());
    if (wanted.empty()) return lines.empty() ? 0 : 1;
    return lines.size() == 1 && lines[0].find(wanted) != std::string::npos ? 0 : 1;
}

class LockedMemory : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = std::filesystem::temp_directory_path() / "credit-lock-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    int in_child(const std::function<int()>& work) {
        const pid_t pid = ::fork();
        if (pid == 0) ::_exit(work());
        int status = 0;
        ::waitpid(pid, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    std::string folder_;
};

TEST_F(LockedMemory, R39_ThatItCannotBeLockedIsSaidOnce) {
    EXPECT_EQ(in_child([this] {
                  if (!forbid_locking()) return 2;
                  Heard heard;
                  return judge(play(heard, folder_, false),
                               "2 secrets lie in memory that could not");
              }),
              0);
}

TEST_F(LockedMemory, R39_TheWarningComesOnceAlsoWhenSecretsDoNotFit) {
    EXPECT_EQ(in_child([this] {
                  if (!forbid_locking()) return 2;
                  Heard heard;
                  return judge(play(heard, folder_, true),
                               "2 secrets lie in memory that could not");
              }),
              0);
}

TEST_F(LockedMemory, R39_ThatThereAreMoreSecretsThanFitIsSaidOnce) {
    EXPECT_EQ(in_child([this] {
                  Heard heard;
                  return judge(play(heard, folder_, true), "1 more secrets than the locked memory");
              }),
              0);
}

TEST_F(LockedMemory, R39_NothingIsSaidWhereAllIsWell) {
    EXPECT_EQ(in_child([this] {
                  Heard heard;
                  return judge(play(heard, folder_, false), "");
              }),
              0);
}

TEST_F(LockedMemory, R39_DiagnosticsSayItToo) {
    EXPECT_EQ(in_child([this] {
                  if (!forbid_locking()) return 2;
                  Heard heard;
                  credit_session* session = open(configure(heard, folder_), "borrower-1");
                  const std::string text = diagnostics(session, heard);
                  return text.find(R"("memory_locked":false)") != std::string::npos ? 0 : 1;
              }),
              0);
}

}  // namespace
}  // namespace credit::secrets
