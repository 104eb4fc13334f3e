// T15 and T16: what an open session holds and does while nobody asks for anything.
//
//   credit-bench-resident memory N FOLDER      private dirty memory in KiB with N open sessions, 0: libraries started only
//   credit-bench-resident idle SECONDS FOLDER  wake-ups of the library's threads over that time, one session being live
#include <dirent.h>
#include <sodium.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/world.h"

namespace credit::bench {
namespace {

constexpr std::int64_t kSettleS = 60;

Setup setup_in(const char* folder) {
    return Setup{1024, 86'400, folder, Time::system, 0};
}

std::int64_t field_of(const std::string& path, std::string_view name) {
    std::ifstream file(path);
    std::string word;
    while (file >> word) {
        std::int64_t value = 0;
        if (word == name && file >> value) return value;
    }
    return -1;
}

std::vector<std::string> threads() {
    std::vector<std::string> out;
    DIR* tasks = opendir("/proc/self/task");
    if (tasks == nullptr) die("/proc/self/task");
    while (const dirent* entry = readdir(tasks)) {
        if (entry->d_name[0] != '.') out.emplace_back(entry->d_name);
    }
    closedir(tasks);
    return out;
}

std::int64_t switches_of_others() {
    std::int64_t sum = 0;
    const std::string main_thread = std::to_string(getpid());
    for (const std::string& thread : threads()) {
        if (thread == main_thread) continue;
        const std::string status = "/proc/self/task/" + thread + "/status";
        sum += field_of(status, "voluntary_ctxt_switches:");
    }
    return sum;
}

// The storage thread ends by itself a few seconds after its last job; waits until none has ended for eight of them.
void settle() {
    std::size_t before = threads().size();
    int calm = 0;
    for (std::int64_t waited = 0; waited < kSettleS && calm < 8; ++waited) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const std::size_t now = threads().size();
        calm = now == before ? calm + 1 : 0;
        before = now;
    }
}

void memory(std::int64_t sessions, const char* folder) {
    if (sodium_init() < 0) die("sodium_init");
    World* world = nullptr;
    if (sessions > 0) world = new World(setup_in(folder));
    for (std::int64_t i = 0; i < sessions; ++i)
        world->live("borrower-" + std::to_string(i));
    std::printf(R"({"sessions":%lld,"private_dirty_kib":%lld})", static_cast<long long>(sessions),
                static_cast<long long>(field_of("/proc/self/smaps_rollup", "Private_Dirty:")));
    std::puts("");
}

void idle(std::int64_t seconds, const char* folder) {
    World& world = *new World(setup_in(folder));
    credit_session* session = world.live("borrower");
    must(world.token(session), "a token");
    settle();
    const std::int64_t begin = switches_of_others();
    const std::size_t alive = threads().size();
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    std::printf(R"({"seconds":%lld,"wake_ups":%lld,"threads_besides_main":%zu})",
                static_cast<long long>(seconds),
                static_cast<long long>(switches_of_others() - begin), alive - 1);
    std::puts("");
}

}  // namespace
}  // namespace credit::bench

int main(int argc, char** argv) {
    using namespace credit::bench;
    if (argc != 4) die("usage: credit-bench-resident memory|idle NUMBER FOLDER");
    if (std::string_view(argv[1]) == "memory") {
        memory(std::string_view(argv[2]) == "0" ? 0 : number(argv[2], "sessions"), argv[3]);
    } else {
        idle(number(argv[2], "seconds"), argv[3]);
    }
    std::fflush(stdout);
    std::_Exit(0);  // the library's threads go with the process
}
