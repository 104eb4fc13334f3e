#include "tests/bench/load.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace credit::bench {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void pin_to(int cpu) {
    const long processors = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(cpu % processors), &set);
    sched_setaffinity(0, sizeof set, &set);
}

ForeignLoad::ForeignLoad() : begin_(read()) {}

ForeignLoad::Reading ForeignLoad::read() {
    Reading out;
    std::ifstream file("/proc/stat");
    std::string name;
    std::array<double, 8> ticks{};  // user nice system idle iowait irq softirq steal
    file >> name;
    for (double& count : ticks)
        file >> count;
    const double tick = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        out.total += ticks[i] * tick;
        if (i != 3 && i != 4) out.busy += ticks[i] * tick;
    }
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    out.own = seconds(used.ru_utime) + seconds(used.ru_stime);
    return out;
}

double ForeignLoad::share() const {
    const Reading end = read();
    const double total = end.total - begin_.total;
    if (total <= 0) return 1;
    const double foreign = (end.busy - begin_.busy) - (end.own - begin_.own);
    return std::clamp(foreign / total, 0.0, 1.0);
}

}  // namespace credit::bench
