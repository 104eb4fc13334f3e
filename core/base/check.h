// Assertions that stay on in release builds. A failed check never aborts the host app (R36): it throws CheckFailed,
// which the engine turns into a closed session with an internal error, and the C boundary into CREDIT_INTERNAL.
#pragma once

#include <exception>

namespace credit {

class CheckFailed : public std::exception {
  public:
    CheckFailed(const char* expression, const char* file, int line) noexcept
        : expression_(expression), file_(file), line_(line) {}
    const char* what() const noexcept override { return expression_; }
    const char* file() const noexcept { return file_; }
    int line() const noexcept { return line_; }

  private:
    const char* expression_;
    const char* file_;
    int line_;
};

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace credit

// The marker below is what the coverage report leaves out, and what a test counts.
#define CREDIT_CHECK(expression)                                     \
    do {                                                             \
        if (!(expression)) [[unlikely]] {                            \
            ::credit::check_failed(#expression, __FILE__, __LINE__); \
        }                                                            \
    } while (false)
