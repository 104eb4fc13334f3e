// An app with a session, as small as one can be, whose every secret comes from outside and stays in the memory it shares
// with the test. After each step it says so on standard output and waits for a line on standard input.
#include <credit/credit.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/secrets/heap.h"
#include "tests/secrets/wiping_allocators.h"

namespace credit::secrets {
namespace {

Shared* shared = nullptr;

[[noreturn]] void give_up(const char* what, const char* why = "") {
    std::fprintf(stderr, "%s %s\n", what, why);
    std::_Exit(3);
}

void must(credit_code code, const char* what) {
    if (code != CREDIT_OK) give_up(what, credit_code_name(code).data);
}

// One answer at a time.
class Answer {
  public:
    void wait(const char* what) {
        std::unique_lock<std::mutex> hold(mutex_);
        changed_.wait(hold, [this] { return there_; });
        there_ = false;
        if (code_ != CREDIT_OK) give_up(what, text_.data());
    }
    void come(const credit_error* error) {
        const std::lock_guard<std::mutex> hold(mutex_);
        code_ = credit_error_code(error);
        if (error != nullptr)
            std::snprintf(text_.data(), text_.size(), "%s", credit_error_message(error).data);
        there_ = true;
        changed_.notify_all();
    }
    static void on_done(void* context, const credit_error* error) {
        static_cast<Answer*>(context)->come(error);
    }
    static void on_token(void* context, credit_token*, const credit_error* error) {
        static_cast<Answer*>(context)->come(error);
    }
    static void on_response(void* context, credit_response* response, const credit_error* error) {
        if (response != nullptr && credit_response_status(response) != 200) give_up("call");
        static_cast<Answer*>(context)->come(error);
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::array<char, 200> text_{};
    credit_code code_ = CREDIT_OK;
    bool there_ = false;
};

void log_in(void*, credit_partner_auth_call* call) {
    const credit_header header = {credit_string("Authorization"),
                                  credit_string(shared->login.data())};
    credit_partner_auth_complete(call, &header, 1);
}

void print_line(void*, credit_log_level level, credit_str line) {
    std::fprintf(stderr, "log %d %.*s\n", static_cast<int>(level), static_cast<int>(line.size),
                 line.data);
}

std::string read_file(const char* path) {
    std::FILE* file = std::fopen(path, "rb");
    if (file == nullptr) give_up("file", path);
    std::array<char, 64 * 1024> text{};
    const std::size_t size = std::fread(text.data(), 1, text.size(), file);
    std::fclose(file);
    return {text.data(), size};
}

void reached(const char* step) {
    std::printf("%s\n", step);
    std::fflush(stdout);
    char go = 0;
    while (::read(STDIN_FILENO, &go, 1) == 1 && go != '\n' && go != 'A') {
    }
    if (go == 'A') std::abort();
}

void attach(const char* descriptor) {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED,
                          std::atoi(descriptor), 0);
    if (memory == MAP_FAILED || ::madvise(memory, sizeof(Shared), MADV_DONTDUMP) != 0)
        give_up("shared memory");
    shared = static_cast<Shared*>(memory);
}

struct Places {
    const char* url;
    const char* ca_file;
    const char* folder;
};

credit_config* configure(const Places& places) {
    credit_config* config = nullptr;
    must(credit_config_create(&config), "config");
    const std::string ca = read_file(places.ca_file);
    credit_tls tls{};
    tls.struct_size = sizeof tls;
    tls.ca_bundle_pem = {ca.data(), ca.size()};
    const credit_partner_auth auth = {sizeof auth, nullptr, log_in, nullptr};
    const credit_logger logger = {sizeof logger, nullptr, print_line, nullptr};
    must(credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST), "environment");
    must(credit_config_set_platform_url(config, credit_string(places.url)), "platform");
    must(credit_config_set_partner_url(config, credit_string(places.url)), "partner");
    must(credit_config_set_tls(config, &tls), "tls");
    must(credit_config_set_storage_dir(config, credit_string(places.folder)), "folder");
    must(credit_config_set_storage_key(config, shared->storage_key.data(),
                                       shared->storage_key.size()),
         "key");
    must(credit_config_set_partner_auth(config, &auth), "auth");
    must(credit_config_set_logger(config, &logger), "logger");
    return config;
}

void call(credit_session* session, Answer& answer, const char* method, std::string_view body) {
    credit_request request{};
    request.struct_size = sizeof request;
    request.method = credit_string(method);
    request.path = credit_string("/api/v1/headless/journeys");
    request.body = {body.data(), body.size()};
    must(credit_session_send(session, &request, &answer, Answer::on_response, nullptr), "send");
    answer.wait("call");
}

// The hot path: the token into the app's own buffer, which the app wipes.
void copy_token(credit_session* session) {
    std::size_t size = 0;
    std::array<char, 512> copy{};
    must(credit_session_copy_token(session, 0, copy.data(), copy.size(), &size, nullptr), "copy");
    if (size < 20) give_up("copy", "too short");
    explicit_bzero(copy.data(), copy.size());
}

void live(credit_session* session, Answer& answer) {
    credit_start_options options{};
    options.struct_size = sizeof options;
    options.profile_json = credit_string(shared->profile_json.data());
    must(credit_session_start(session, &options, &answer, Answer::on_done, nullptr), "start");
    answer.wait("start");
    copy_token(session);
    reached("started");
    call(session, answer, "GET", {});
    call(session, answer, "POST", R"({"amount":1})");
    must(credit_session_reject_token(session, 1), "reject");
    must(credit_session_get_token(session, nullptr, &answer, Answer::on_token, nullptr), "token");
    answer.wait("token");
    call(session, answer, "GET", {});
    copy_token(session);
    reached("refreshed");
    must(credit_session_end(session, &answer, Answer::on_done), "end");
    answer.wait("end");
    must(credit_session_close(session, &answer, Answer::on_done), "close");
    answer.wait("close");
}

void run(const Places& places) {
    credit_config* config = configure(places);
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    if (credit_session_open(config, credit_string("borrower-1"), &session, &error) != CREDIT_OK)
        give_up("open", credit_error_message(error).data);
    Answer answer;
    live(session, answer);
    credit_session_release(session);
    credit_config_release(config);
    reached("ended");
}

}  // namespace
}  // namespace credit::secrets

// FD URL CA-FILE FOLDER
int main(int count, char** arguments) {
    using namespace credit::secrets;
    if (count != 5) give_up("usage");
    attach(arguments[1]);
    watch_heap(*shared);
    if (shared->wants_wiping_allocators && !give_libcurl_wiping_allocators()) give_up("allocators");
    run({arguments[2], arguments[3], arguments[4]});
    return 0;
}
