#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace credit::e2e {

// What a program finds in its environment beside what the test has itself; no value removes one.
using Environment = std::map<std::string, std::optional<std::string>>;

constexpr std::chrono::seconds default_patience{20};

// A program of the project, running beside the test. Failing to start, to be ready or to end in
// time throws std::runtime_error with what the program had written to standard error. Whoever
// forgets about it kills it: the destructor sends SIGKILL.
class Process {
  public:
    Process(const std::string& program, const std::vector<std::string>& arguments,
            const Environment& environment = {});
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    pid_t pid() const { return pid_; }

    // The next line of standard output, without its end; nothing at the end of the output.
    std::optional<std::string> line(std::chrono::milliseconds patience = default_patience);

    // The next line of standard output, read as JSON: what a server prints when it is ready.
    nlohmann::json ready(std::chrono::milliseconds patience = default_patience);

    void signal(int number);

    // The exit code, or 128 + the number of the signal that ended it.
    int wait(std::chrono::milliseconds patience = default_patience);

    // SIGTERM, then wait().
    int terminate();

    // All of standard error so far.
    std::string errors() const;

    // What is left of standard output, up to its end.
    std::string remaining_output(std::chrono::milliseconds patience = default_patience);

  private:
    // False at the end of the output.
    bool read_more(std::chrono::steady_clock::time_point deadline);
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_;
    pid_t pid_ = -1;
    int output_ = -1;
    int errors_ = -1;
    std::string buffer_;
    std::optional<int> exit_code_;
};

struct Finished {
    int exit_code = -1;
    std::string output;
    std::string errors;
};

// Runs a program to its end.
Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const Environment& environment = {});

// A folder of its own for a test, removed with everything in it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace credit::e2e
