#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

extern char** environ;

namespace credit::e2e {

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> merged_environment(const Environment& changes) {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string variable = *entry;
        const std::string name = variable.substr(0, variable.find('='));
        if (changes.count(name) == 0) variables.push_back(variable);
    }
    for (const auto& [name, value] : changes) {
        if (value) variables.push_back(name + "=" + *value);
    }
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& text : strings)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// A process nobody else can see the file descriptors of: both ends close on exec.
class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_, O_CLOEXEC) != 0) throw std::runtime_error("no pipe to be had");
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        for (const int end : ends_) {
            if (end >= 0) close(end);
        }
    }
    int writing() const { return ends_[1]; }
    int take_reading() { return std::exchange(ends_[0], -1); }

  private:
    int ends_[2] = {-1, -1};
};

// The test may have blocked signals itself, or started from a program that did.
void give_default_signals(posix_spawnattr_t& attributes) {
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

pid_t spawn(const std::string& program, std::vector<std::string> arguments,
            const Environment& environment, int output, int errors) {
    arguments.insert(arguments.begin(), program);
    auto variables = merged_environment(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    give_default_signals(attributes);
    pid_t pid = -1;
    const int problem = posix_spawn(&pid, program.c_str(), &actions, &attributes,
                                    pointers(arguments).data(), pointers(variables).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) {
        throw std::runtime_error("cannot start " + program + ": " + std::strerror(problem));
    }
    return pid;
}

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const Environment& environment)
    : name_(program) {
    Pipe output;
    errors_ = memfd_create("errors", MFD_CLOEXEC);
    if (errors_ < 0) throw std::runtime_error("no memory file to be had");
    try {
        pid_ = spawn(program, arguments, environment, output.writing(), errors_);
    } catch (...) {
        close(errors_);
        throw;
    }
    output_ = output.take_reading();
}

Process::Process(Process&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      buffer_(std::move(other.buffer_)),
      exit_code_(other.exit_code_) {}

Process::~Process() {
    if (pid_ > 0 && !exit_code_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    if (output_ >= 0) close(output_);
    if (errors_ >= 0) close(errors_);
}

void Process::fail(const std::string& what) const {
    throw std::runtime_error(name_ + " " + what + "; it wrote:\n" + errors());
}

bool Process::read_more(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd waiting{output_, POLLIN, 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
        fail("wrote nothing in time");
    }
    char chunk[4096];
    const ssize_t size = read(output_, chunk, sizeof chunk);
    if (size < 0 && errno == EINTR) return true;
    if (size <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(size));
    return true;
}

std::optional<std::string> Process::line(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    std::size_t end = buffer_.find('\n');
    while (end == std::string::npos) {
        if (!read_more(deadline)) return std::nullopt;
        end = buffer_.find('\n');
    }
    std::string text = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return text;
}

nlohmann::json Process::ready(std::chrono::milliseconds patience) {
    const auto text = line(patience);
    if (!text) fail("ended before it was ready");
    auto json = nlohmann::json::parse(*text, nullptr, false);
    if (json.is_discarded()) fail("printed a line that is no JSON: " + *text);
    return json;
}

void Process::signal(int number) {
    if (!exit_code_) kill(pid_, number);
}

int Process::wait(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (!exit_code_) {
        int status = 0;
        const pid_t ended = waitpid(pid_, &status, WNOHANG);
        if (ended == pid_) {
            exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        } else if (Clock::now() > deadline) {
            fail("did not end in time");
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    return *exit_code_;
}

int Process::terminate() {
    signal(SIGTERM);
    return wait();
}

std::string Process::errors() const {
    std::string text;
    char chunk[4096];
    ssize_t size = 0;
    while ((size = pread(errors_, chunk, sizeof chunk, static_cast<off_t>(text.size()))) > 0) {
        text.append(chunk, static_cast<std::size_t>(size));
    }
    return text;
}

std::string Process::remaining_output(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (read_more(deadline)) {
    }
    return std::exchange(buffer_, {});
}

Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const Environment& environment) {
    Process process(program, arguments, environment);
    Finished finished;
    finished.output = process.remaining_output();
    finished.exit_code = process.wait();
    finished.errors = process.errors();
    return finished;
}

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / "credit-e2e-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot create " + path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace credit::e2e
