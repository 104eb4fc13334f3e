#include "tests/kills/faults.h"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace credit::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kNight = std::int64_t{8} * 3600 * 1000;
const std::vector<std::string> kOther = {"token"};
// A process beside a stopped one may have to give up; it must not take the whole call deadline.
const std::vector<std::string> kHasty = {"token", "--deadline-ms", "1000"};

bool stops(const e2e::Process& process) {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(process.pid()), &info, WSTOPPED | WEXITED | WNOWAIT);
    return info.si_code == CLD_STOPPED;
}

bool has_ended(const e2e::Process& process) {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid != 0;
}

std::uint64_t lines_in(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t lines = 0;
    for (std::string line; std::getline(file, line);)
        ++lines;
    return lines;
}

void wait_for_calls(const e2e::Process& process, const std::string& listing, std::uint64_t count) {
    const auto patience = Clock::now() + e2e::default_patience;
    while (lines_in(listing) < count && !has_ended(process) && Clock::now() < patience) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

// Stopping a process for a night costs a call its deadline at most, never the session.
bool is_bearable(const Answer& answer) {
    if (answer.said_ok()) return true;
    return !answer.hung && answer.exit < 128 && !answer.needs_new_session() &&
           (answer.name() == "deadline" || answer.json.value("retryable", false));
}

void count_kill(Suffered& out) {
    if (!out.answer.killed()) return;
    out.kills += 1;
    out.fired = true;
}

Suffered timed(Device& device, const std::vector<std::string>& arguments, const Fault& fault) {
    Suffered out;
    const auto at = Clock::now() + std::chrono::microseconds(fault.value);
    e2e::Process process = device.begin(arguments);
    std::this_thread::sleep_until(at);
    process.signal(SIGKILL);
    out.answer = device.finish(process);
    count_kill(out);
    return out;
}

Suffered power_cut(Device& device, const std::vector<std::string>& arguments, const Fault& fault) {
    Suffered out;
    out.answer = device.run(arguments, &fault);
    count_kill(out);
    out.fired = out.fired || fault.at == 0;
    device.cut_power(fault.value);
    return out;
}

Suffered pair(Device& device, const std::vector<std::string>& arguments, const Fault& fault,
              const std::function<void()>& at_death) {
    Suffered out;
    e2e::Process first = device.begin(arguments, &fault);
    if (!stops(first)) {
        out.answer = device.finish(first);
        return out;
    }
    at_death();
    e2e::Process second = device.begin(kOther, nullptr, device.listing_path());
    wait_for_calls(second, device.listing_path(), fault.value);
    first.signal(SIGKILL);
    out.answer = device.finish(first);
    count_kill(out);
    const Answer other = device.finish(second);
    if (!other.said_ok()) out.problems.push_back("the second process: " + other.text());
    return out;
}

Suffered pair_waiter(Device& device, const std::vector<std::string>& arguments,
                     const Fault& fault) {
    Suffered out;
    e2e::Process first = device.begin(arguments, &fault);
    out.fired = stops(first);
    if (out.fired) {
        const Fault killed{"kill-before", fault.value, 0};
        out.kills += device.run(kHasty, &killed).killed() ? 1 : 0;
        first.signal(SIGCONT);
    }
    out.answer = device.finish(first);
    if (!out.answer.said_ok()) {
        out.problems.push_back("the first process: " + out.answer.text());
    }
    return out;
}

Suffered suspend(Device& device, const std::vector<std::string>& arguments, const Fault& fault) {
    Suffered out;
    e2e::Process first = device.begin(arguments, &fault);
    out.fired = stops(first);
    if (out.fired) {
        device.pass_time(kNight);
        const Answer other = device.run(kHasty);
        if (!is_bearable(other)) out.problems.push_back("the second process: " + other.text());
        first.signal(SIGCONT);
    }
    out.answer = device.finish(first);
    if (!is_bearable(out.answer)) out.problems.push_back("the first process: " + out.answer.text());
    return out;
}

Suffered undisturbed(Device& device, const std::vector<std::string>& arguments) {
    Suffered out;
    out.answer = device.run(arguments, nullptr, device.listing_path());
    if (!out.answer.said_ok()) out.problems.push_back("it failed: " + out.answer.text());
    return out;
}

Suffered shimmed(Device& device, std::vector<std::string> arguments, const Fault& fault) {
    Suffered out;
    const bool for_good = fault.kind == "error-on";
    if (for_good) arguments.insert(arguments.end(), {"--deadline-ms", "300"});
    out.answer = device.run(arguments, &fault);
    count_kill(out);
    out.fired = device.was_struck();
    if (!out.answer.killed() && out.answer.needs_new_session()) {
        out.problems.push_back("a sick disk taken for a dead session: " + out.answer.text());
    }
    return out;
}

}  // namespace

Suffered suffer(Device& device, const std::vector<std::string>& arguments, const Fault& fault,
                const std::function<void()>& at_death) {
    Suffered out;
    if (fault.kind == "none") {
        out = undisturbed(device, arguments);
    } else if (fault.kind == "timed") {
        out = timed(device, arguments, fault);
    } else if (fault.kind == "power-cut") {
        out = power_cut(device, arguments, fault);
    } else if (fault.kind == "pair") {
        out = pair(device, arguments, fault, at_death);
    } else if (fault.kind == "pair-waiter") {
        out = pair_waiter(device, arguments, fault);
    } else if (fault.kind == "suspend") {
        out = suspend(device, arguments, fault);
    } else {
        out = shimmed(device, arguments, fault);
    }
    if (out.answer.hung) out.problems.push_back("a process did not end");
    if (out.answer.exit >= 128 && !out.answer.killed()) {
        out.problems.push_back("a process crashed: " + out.answer.text());
    }
    return out;
}

}  // namespace credit::test
