#include "tests/sim/workers.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace credit::sim {
namespace {

// What workers send: fixed in size, so that one write is one message.
struct Message {
    enum class Kind : std::uint32_t { progress, failure, tally } kind = Kind::progress;
    std::uint64_t index = 0;
    std::array<char, 40> rule{};
    std::array<char, 200> text{};
};

bool write_all(int fd, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t sent = write(fd, at, size);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        at += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool read_all(int fd, void* data, std::size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t got = read(fd, at, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

template <std::size_t N>
void put(std::array<char, N>& to, const std::string& text) {
    const std::size_t size = std::min(text.size(), N - 1);
    std::memcpy(to.data(), text.data(), size);
    to[size] = '\0';
}

[[noreturn]] void work(int fd, std::uint64_t first, std::uint64_t count, int step,
                       std::size_t enough, const RunIndex& run) {
    Tally tally;
    std::size_t failures = 0;
    std::uint64_t done = 0;
    for (std::uint64_t index = first; index < count && failures < enough;
         index += static_cast<std::uint64_t>(step)) {
        const RunResult result = run(index, tally);
        if (result.broken) {
            Message message;
            message.kind = Message::Kind::failure;
            message.index = index;
            put(message.rule, result.rule);
            put(message.text, result.text);
            if (!write_all(fd, &message, sizeof message)) _exit(3);
            ++failures;
        }
        if (++done % 256 != 0) continue;
        Message message;
        message.index = 256;
        if (!write_all(fd, &message, sizeof message)) _exit(3);
    }
    Message last;
    last.kind = Message::Kind::tally;
    const bool sent = write_all(fd, &last, sizeof last) && write_all(fd, &tally, sizeof tally);
    _exit(sent ? 0 : 3);
}

void show(std::uint64_t done, std::uint64_t count, std::size_t failures,
          std::chrono::steady_clock::time_point since) {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
    constexpr int kWidth = 30;
    const int filled = count == 0 ? kWidth : static_cast<int>(done * kWidth / count);
    std::fprintf(stderr, "\r[%-*.*s] %llu of %llu, %.0f s, %zu failures ", kWidth, filled,
                 "##############################", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(count), seconds, failures);
}

}  // namespace

Fleet run_fleet(std::uint64_t count, int jobs, bool progress, std::size_t enough,
                const RunIndex& run) {
    Fleet out;
    std::vector<pollfd> pipes;
    std::vector<pid_t> workers;
    std::fflush(nullptr);
    for (int job = 0; job < jobs; ++job) {
        int ends[2];
        if (pipe(ends) != 0) {
            out.whole = false;
            break;
        }
        const pid_t pid = fork();
        if (pid == 0) {
            close(ends[0]);
            work(ends[1], static_cast<std::uint64_t>(job), count, jobs, enough, run);
        }
        close(ends[1]);
        if (pid < 0) {
            close(ends[0]);
            out.whole = false;
            break;
        }
        pipes.push_back({ends[0], POLLIN, 0});
        workers.push_back(pid);
    }
    const auto since = std::chrono::steady_clock::now();
    std::uint64_t done = 0;
    std::size_t open = pipes.size();
    while (open > 0) {
        if (poll(pipes.data(), pipes.size(), 1000) < 0 && errno != EINTR) break;
        for (pollfd& one : pipes) {
            if (one.fd < 0 || one.revents == 0) continue;
            Message message;
            if (!read_all(one.fd, &message, sizeof message)) {
                close(one.fd);
                one.fd = -1;
                --open;
                continue;
            }
            if (message.kind == Message::Kind::progress) done += message.index;
            if (message.kind == Message::Kind::failure)
                out.failures.push_back({message.index, message.rule.data(), message.text.data()});
            if (message.kind == Message::Kind::tally) {
                Tally part;
                if (read_all(one.fd, &part, sizeof part)) out.tally.add(part);
            }
        }
        if (progress) show(done, count, out.failures.size(), since);
    }
    if (progress) std::fputc('\n', stderr);
    for (const pid_t pid : workers) {
        int status = 0;
        if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
            out.whole = false;
    }
    std::sort(out.failures.begin(), out.failures.end(),
              [](const Failure& a, const Failure& b) { return a.index < b.index; });
    return out;
}

}  // namespace credit::sim
