// T13: a fresh process, from main() to a token in the caller's hand, out of the sealed file.
//
//   credit-bench-cold prepare FOLDER     stores a session
//   credit-bench-cold run FOLDER         prints the time in ns and how often curl and the TLS library were initialised
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bench/world.h"

namespace credit::bench {
namespace {
std::atomic<int> network_inits{0};
}  // namespace
}  // namespace credit::bench

// This program's own stand before the libraries': they count, and pass on.
extern "C" {
int curl_global_init(long flags) {
    ++credit::bench::network_inits;
    const auto real = reinterpret_cast<int (*)(long)>(dlsym(RTLD_NEXT, "curl_global_init"));
    return real == nullptr ? -1 : real(flags);
}
int OPENSSL_init_ssl(std::uint64_t options, const void* settings) {
    ++credit::bench::network_inits;
    const auto real =
        reinterpret_cast<int (*)(std::uint64_t, const void*)>(dlsym(RTLD_NEXT, "OPENSSL_init_ssl"));
    return real == nullptr ? 0 : real(options, settings);
}
}

int main(int argc, char** argv) {
    using namespace credit::bench;
    const std::int64_t begin = monotonic_ns();
    if (argc != 3) die("usage: credit-bench-cold prepare|run FOLDER");
    World& world = *new World(Setup{600, 86'400, argv[2], Time::system, 0});
    if (std::string_view(argv[1]) == "prepare") {
        world.live("borrower");
    } else {
        credit_session* session = world.open("borrower");
        Answer& answer = *new Answer;
        must(credit_session_get_token(session, nullptr, &answer, Answer::on_token, nullptr),
             "get_token");
        must(answer.wait(), "a token from the file");
        if (world.fetches() != 0) die("the token did not come from the file");
        std::printf(R"({"ns":%lld,"network_inits":%d})",
                    static_cast<long long>(monotonic_ns() - begin), network_inits.load());
        std::puts("");
    }
    std::fflush(stdout);
    std::_Exit(0);  // the library's threads go with the process
}
