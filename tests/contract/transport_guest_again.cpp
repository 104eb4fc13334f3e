#include "tests/contract/transport_guest_again.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

extern char** environ;

namespace credit::test {
namespace {

using Steady = std::chrono::steady_clock;

// Above the suite's own limit for anything that a test waits for.
constexpr std::chrono::seconds kLimit{60};

std::vector<std::string> own_command_line() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::vector<std::string> arguments;
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = all.find('\0', at);
        arguments.push_back(all.substr(at, end - at));
        if (end == std::string::npos) break;
        at = end + 1;
    }
    return arguments;
}

// The process, and the end of the pipe that it writes to; -1: there is none.
struct Started {
    pid_t process = -1;
    int output = -1;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

Started start(const std::string& test) {
    std::vector<std::string> arguments = own_command_line();
    const std::vector<char*> pointers = pointers_to(arguments);
    std::vector<std::string> environment = {"GTEST_FILTER=" + test};
    for (char** variable = environ; *variable != nullptr; ++variable)
        environment.emplace_back(*variable);
    const std::vector<char*> variables = pointers_to(environment);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    Started started;
    if (::posix_spawn(&started.process, "/proc/self/exe", &actions, nullptr, pointers.data(),
                      variables.data()) != 0) {
        started.process = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    started.output = ends[0];
    return started;
}

// All it says, until it has said everything or its time is over.
std::string listen_to(const Started& started) {
    const auto end = Steady::now() + kLimit;
    std::string said;
    std::array<char, 4096> piece{};
    pollfd output{started.output, POLLIN, 0};
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Steady::now()).count();
        if (left <= 0 || ::poll(&output, 1, static_cast<int>(left)) <= 0) return said;
        const ssize_t got = ::read(started.output, piece.data(), piece.size());
        if (got <= 0) return said;
        said.append(piece.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

Again run_again(const std::string& test) {
    const Started started = start(test);
    if (started.output < 0) return Again::not_run;
    const std::string said = started.process > 0 ? listen_to(started) : std::string();
    ::close(started.output);
    if (started.process <= 0) return Again::not_run;
    int status = 0;
    if (::waitpid(started.process, &status, WNOHANG) == 0) {
        // Either it hangs, or it has just closed its output and is about to end; its exit decides in the latter case.
        const bool over = said.find(" FAILED TEST") != std::string::npos ||
                          said.find("[  PASSED  ]") != std::string::npos;
        if (!over) ::kill(started.process, SIGKILL);
        ::waitpid(started.process, &status, 0);
    }
    if (said.find("[ RUN      ] " + test) == std::string::npos) return Again::not_run;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Again::passed;
    return Again::failed;
}

}  // namespace credit::test
