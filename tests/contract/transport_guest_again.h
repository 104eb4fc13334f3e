// Runs one test of this program in a process of its own: a test that is expected to fail may take its process with it.
#pragma once

#include <string>

namespace credit::test {

enum class Again { passed, failed, not_run };

// Starts this process's command line once more with a filter for this test, and waits. What ends by a signal or not at all
// has failed; not_run: the test was not even begun.
Again run_again(const std::string& test);

}  // namespace credit::test
