#include "partner_backend/worker.h"

#include <time.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

#include "server_kit/ids.h"

namespace credit::partner {

namespace {

std::string link_target(const char* path) {
    std::array<char, 128> text{};
    const ssize_t size = ::readlink(path, text.data(), text.size());
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// When the process was started, in the kernel's ticks; empty when there is no such process.
std::string start_of(const std::string& process_id) {
    const std::string line = first_line("/proc/" + process_id + "/stat");
    // The second field is the program's name in parentheses and may hold spaces.
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(line.substr(name_end + 1));
    std::string field;
    constexpr int kStart = 20;  // the 22nd field of all
    for (int i = 0; i < kStart; ++i)
        rest >> field;
    return field;
}

}  // namespace

Worker::Worker()
    : process_ids_(link_target("/proc/self/ns/pid")),
      boot_(first_line("/proc/sys/kernel/random/boot_id")) {
    const std::string id = std::to_string(::getpid());
    // The random part keeps two workers apart where /proc cannot be read.
    name_ = process_ids_ + " " + id + " " + start_of(id) + " " + kit::random_token(8);
}

bool Worker::may_be_alive(const std::string& name) const {
    std::istringstream parts(name);
    std::string process_ids;
    std::string id;
    std::string start;
    parts >> process_ids >> id >> start;
    if (process_ids_.empty() || process_ids != process_ids_ || start.empty()) return true;
    return start_of(id) == start;
}

std::int64_t Worker::elapsed_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace credit::partner
