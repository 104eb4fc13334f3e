#include "tests/kills/device.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/kills/power_cut.h"

namespace credit::test {
namespace {

constexpr std::int64_t kUptimeAfterBoot = 60'000;

std::string last_line(const std::string& text) {
    std::string last;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty()) last = line;
    }
    return last;
}

DeviceClock* map_clock(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(DeviceClock)) != 0) {
        throw std::runtime_error("no device clock");
    }
    void* place = ::mmap(nullptr, sizeof(DeviceClock), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (place == MAP_FAILED) throw std::runtime_error("no device clock");
    return static_cast<DeviceClock*>(place);
}

std::int64_t machine_uptime() {
    struct timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

void empty_folder(const std::string& path) {
    std::filesystem::remove_all(path);
    if (::mkdir(path.c_str(), 0700) != 0) throw std::runtime_error("no folder for a device");
}

// What the shim is to do; empty: nothing, the driver does it from outside.
std::string shim_plan(const Fault& fault) {
    if (fault.kind == "none" || fault.kind == "timed" || fault.at == 0) return "";
    std::string action = fault.kind;
    if (fault.kind == "power-cut") action = "kill-before";
    if (fault.kind == "pair" || fault.kind == "pair-waiter" || fault.kind == "suspend") {
        action = "stop-before";
    }
    return action + " " + std::to_string(fault.at) + " " + std::to_string(fault.value);
}

}  // namespace

std::string Answer::name() const {
    return json.contains("name") && json["name"].is_string() ? json["name"].get<std::string>() : "";
}

bool Answer::needs_new_session() const {
    const auto found = json.find("needs_new_session");
    return found != json.end() && found->is_boolean() && found->get<bool>();
}

bool Answer::said_done() const {
    const auto properties = json.find("properties");
    const bool unsaved =
        properties != json.end() && properties->is_array() &&
        std::find(properties->begin(), properties->end(), "unsaved") != properties->end();
    return said_ok() && !unsaved;
}

std::string Answer::text() const {
    nlohmann::json shown = json;
    shown.erase("token");
    return (hung ? "hung " : "exit " + std::to_string(exit) + " ") + shown.dump();
}

Device::Device(std::string breakage) : clock_(map_clock(place_.path() + "/clock")) {
    auto& environment = world_.environment;
    environment["LD_PRELOAD"] = CREDIT_KILL_SHIM;
    environment["CREDIT_SHIM_FOLDER"] = folder();
    environment["CREDIT_SHIM_CLOCK"] = place_.path() + "/clock";
    environment["CREDIT_STORAGE_DIR"] = folder() + "/store";
    environment["CREDIT_SHIM_MARK"] = mark_path();
    forgets_ = breakage == "forgetful-platform";
    if (!breakage.empty() && !forgets_) environment["CREDIT_SHIM_BREAKAGE"] = std::move(breakage);
}

void Device::begin_case(const std::string& model, bool journal) {
    world_.sandbox.admin("POST", "/reset");
    world_.sandbox.set({{"model", forgets_ ? "strict_family" : model}});
    empty_folder(folder());
    std::filesystem::remove(journal_path());
    *clock_ = DeviceClock{};
    journal_ = journal;
    has_input_ = false;
}

void Device::set_input(const std::string& text) {
    std::ofstream(input_path(), std::ios::binary) << text;
    has_input_ = true;
}

e2e::Process Device::begin(const std::vector<std::string>& arguments, const Fault* fault,
                           const std::string& listing) {
    e2e::Environment environment = world_.environment;
    if (journal_) environment["CREDIT_SHIM_JOURNAL"] = journal_path();
    if (!listing.empty()) {
        std::filesystem::remove(listing);
        environment["CREDIT_SHIM_LIST"] = listing;
    }
    std::filesystem::remove(mark_path());
    const std::string plan = fault == nullptr ? "" : shim_plan(*fault);
    if (!plan.empty()) environment["CREDIT_SHIM_PLAN"] = plan;
    // Healing is spread over a fleet; a test is a fleet of one.
    std::vector<std::string> all = {"--json", "--heal-spread-ms", "1"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    if (!has_input_) return e2e::Process(CREDIT_CLI_PROGRAM, all, environment);
    // The shell becomes the program, so that a kill hits the program.
    all.insert(all.begin(),
               {"-c", R"(exec "$0" "$@" <")" + input_path() + "\"", CREDIT_CLI_PROGRAM});
    return e2e::Process("/bin/sh", all, environment);
}

Answer Device::finish(e2e::Process& process) {
    Answer answer;
    try {
        const std::string output = process.remaining_output();
        answer.exit = process.wait();
        auto json = nlohmann::json::parse(last_line(output), nullptr, false);
        if (json.is_object()) answer.json = std::move(json);
    } catch (const std::exception&) {
        answer.hung = true;
    }
    return answer;
}

Answer Device::run(const std::vector<std::string>& arguments, const Fault* fault,
                   const std::string& listing) {
    e2e::Process process = begin(arguments, fault, listing);
    return finish(process);
}

void Device::pass_time(std::int64_t ms) {
    clock_->wall_offset_ms += ms;
    clock_->elapsed_offset_ms += ms;
    world_.sandbox.advance(ms);
}

void Device::cut_power(std::uint64_t seed) {
    test::cut_power(journal_path(), folder(), seed);
    std::filesystem::remove(journal_path());
    journal_ = false;
    clock_->elapsed_offset_ms = kUptimeAfterBoot - machine_uptime();
    clock_->boot += 1;
}

bool Device::was_struck() const {
    return std::filesystem::exists(mark_path());
}

bool Device::has_quarantined_files() const {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder() + "/store", none)) {
        if (entry.path().extension() == ".q1" || entry.path().extension() == ".q2") return true;
    }
    return false;
}

}  // namespace credit::test
