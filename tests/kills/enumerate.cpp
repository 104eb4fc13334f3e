#include "tests/kills/enumerate.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/kills/runner.h"
#include "tests/kills/seeded.h"

namespace credit::test {
namespace {

constexpr std::array<int, 7> kErrors = {EIO, ENOSPC, EDQUOT, EINTR, EROFS, EMFILE, EACCES};
// A run takes 15 to 60 ms; what is killed later than this has ended.
constexpr std::uint64_t kLongestRunMicros = 45'000;

std::vector<Listed> read_listing(const std::string& path) {
    std::ifstream file(path);
    std::vector<Listed> all;
    for (std::string line; std::getline(file, line);) {
        Listed one;
        std::istringstream words(line);
        words >> one.number >> one.call >> one.kind >> one.size;
        all.push_back(one);
    }
    return all;
}

// Lengths that end inside a sector, at its end, inside a block, and just before the whole.
std::set<std::uint64_t> lengths_below(std::uint64_t size) {
    std::set<std::uint64_t> out;
    for (const std::uint64_t length :
         {std::uint64_t{1}, std::uint64_t{511}, std::uint64_t{512}, size / 2, size - 1}) {
        if (length > 0 && length < size) out.insert(length);
    }
    return out;
}

bool changes(const Listed& call) {
    return call.kind == "write" || call.kind == "sync" || call.kind == "space" ||
           call.kind == "name" || call.kind == "open-write";
}

class Builder {
  public:
    Builder(const std::string& command, const std::string& model)
        : command_(command), model_(model) {}

    void add(const std::string& kind, std::uint64_t at, std::uint64_t value) {
        cases_.push_back({command_, model_, {{kind, at, value}}});
    }
    void kills(const std::vector<Listed>& calls) {
        for (const Listed& call : calls) {
            add("kill-before", call.number, 0);
            add("kill-after", call.number, 0);
            if (call.kind != "write") continue;
            for (const std::uint64_t length : lengths_below(call.size))
                add("torn", call.number, length);
        }
    }
    void short_transfers(const std::vector<Listed>& calls) {
        for (const Listed& call : calls) {
            if (call.kind != "write" && call.kind != "read") continue;
            if (call.kind == "write") add("shorten", call.number, 0);
            for (const std::uint64_t length : lengths_below(call.size))
                add("shorten", call.number, length);
        }
    }
    void errors(const std::vector<Listed>& calls, bool everywhere) {
        for (const Listed& call : calls) {
            for (const int error : kErrors) {
                if (everywhere || is_telling(call, error)) {
                    add("error-once", call.number, static_cast<std::uint64_t>(error));
                }
            }
            if (call.kind != "close") add("error-burst", call.number, EINTR);
        }
    }
    // A disk that fails or is full at what changes it.
    void change_errors(const std::vector<Listed>& calls) {
        for (const Listed& call : calls) {
            if (!changes(call)) continue;
            add("error-once", call.number, EIO);
            add("error-once", call.number, ENOSPC);
        }
    }
    // An error that stays from a call on. EINTR does not stay.
    void lasting_errors(const std::vector<Listed>& calls, bool everywhere) {
        for (const Listed& call : calls) {
            for (const int error : kErrors) {
                if (error == EINTR || !lasts_at(call, error)) continue;
                if (everywhere || changes(call)) {
                    add("error-on", call.number, static_cast<std::uint64_t>(error));
                }
            }
        }
    }
    void power_cuts(const std::vector<Listed>& calls, std::uint64_t seeds, bool only_changes) {
        for (std::uint64_t seed = 0; seed < seeds; ++seed)
            add("power-cut", 0, seed);
        bool pending = false;
        for (const Listed& call : calls) {
            for (std::uint64_t seed = 0; seed < (pending || !only_changes ? seeds : 1); ++seed)
                add("power-cut", call.number, seed);
            if (call.kind == "write" || call.kind == "space" || call.kind == "name") pending = true;
            if (call.kind == "sync") pending = false;
        }
    }
    // A disk that refused to make something durable, and then the power goes: before the next
    // process touches the store, and after it has worked with it.
    void failed_syncs(const std::vector<Listed>& calls, std::uint64_t seeds) {
        for (const Listed& call : calls) {
            if (call.kind != "sync" && call.kind != "write") continue;
            for (const int error : {EIO, ENOSPC}) {
                for (std::uint64_t seed = 0; seed < seeds; ++seed) {
                    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{1}}) {
                        cases_.push_back(
                            {command_,
                             model_,
                             {{"error-once", call.number, static_cast<std::uint64_t>(error)},
                              {"power-cut", at, seed}}});
                    }
                }
            }
        }
    }
    void companions(const std::vector<Listed>& calls, std::uint64_t step) {
        const std::uint64_t count = calls.size();
        for (std::uint64_t at = 1; at <= count; at += step) {
            add("pair", at, 1);
            add("pair", at, count / 2);
            add("pair-waiter", at, 1 + (at * 7) % count);
        }
    }
    void suspensions(const std::vector<Listed>& calls, std::uint64_t step) {
        for (std::uint64_t at = 1; at <= calls.size(); at += step)
            add("suspend", at, 0);
    }
    std::vector<Case> take() { return std::move(cases_); }

  private:
    // Where an error can really come from, and where the store makes a difference between errors.
    static bool is_telling(const Listed& call, int error) {
        if (changes(call)) return true;
        return error == EIO || error == EINTR || lasts_at(call, error);
    }
    static bool lasts_at(const Listed& call, int error) {
        const bool opens = call.kind == "open-read" || call.kind == "open-write";
        const bool writes = call.kind == "write" || call.kind == "space" || call.kind == "name";
        switch (error) {
            case EMFILE:
                return opens;
            case EACCES:
                return opens || call.kind == "name";
            case EROFS:
                return writes || call.kind == "open-write";
            case ENOSPC:
            case EDQUOT:
                return writes || call.kind == "sync";
            default:
                return call.kind != "close" && call.kind != "lock";
        }
    }

    std::string command_;
    std::string model_;
    std::vector<Case> cases_;
};

void append(std::vector<Case>& all, Builder&& builder) {
    std::vector<Case> more = builder.take();
    all.insert(all.end(), more.begin(), more.end());
}

std::vector<Listed> every(const std::vector<Listed>& calls, std::size_t step) {
    std::vector<Listed> some;
    for (std::size_t i = 0; i < calls.size(); i += step)
        some.push_back(calls[i]);
    return some;
}

Builder refresh_path(const std::vector<Listed>& calls, const std::string& model, bool whole) {
    Builder out("token", model);
    out.kills(calls);
    out.power_cuts(calls, whole ? 25 : 10, true);
    if (model != "replay") return out;
    out.short_transfers(calls);
    out.errors(calls, whole);
    out.lasting_errors(calls, whole);
    out.failed_syncs(calls, whole ? 10 : 4);
    out.companions(calls, whole ? 1 : 4);
    out.suspensions(calls, whole ? 1 : 6);
    return out;
}

Builder other_command(const std::string& command, const std::vector<Listed>& calls, bool whole) {
    Builder out(command, "replay");
    const std::vector<Listed> some = whole ? calls : every(calls, 5);
    out.kills(some);
    if (command == "start" || command == "end" || command == "adopt") {
        out.power_cuts(some, whole ? 10 : 2, false);
        if (!whole) out.change_errors(calls);
    }
    if (!whole) return out;
    out.short_transfers(calls);
    out.errors(calls, true);
    out.lasting_errors(calls, true);
    return out;
}

Fault random_fault(const std::vector<Listed>& calls, Seeded& random, bool first) {
    const std::uint64_t at = 1 + random.below(calls.size());
    const std::uint64_t what = random.below(100);
    const std::uint64_t value = random.next() >> 16;
    if (what < 35) return {"timed", 0, value % kLongestRunMicros};
    if (what < 55) return {"kill-before", at, 0};
    if (what < 75) return {"kill-after", at, 0};
    if (first && what < 85) return {"power-cut", at, value};
    if (first && what < 95) return {"pair", at, 1 + value % calls.size()};
    std::vector<Listed> writes;
    std::copy_if(calls.begin(), calls.end(), std::back_inserter(writes),
                 [](const Listed& call) { return call.kind == "write"; });
    if (writes.empty()) return {"kill-before", at, 0};
    const Listed& torn = writes[value % writes.size()];
    return {"torn", torn.number, random.below(torn.size)};
}

}  // namespace

Calls list_calls(Device& device) {
    Calls all;
    for (const std::string& command : all_commands()) {
        Case plain{command, "replay", {{"none", 0, 0}}};
        const Outcome outcome = run_case(device, plain);
        if (!outcome.good()) {
            throw std::runtime_error("'" + command + "' fails without any fault: " +
                                     (outcome.problems.empty() ? "" : outcome.problems.front()));
        }
        all[command] = read_listing(device.listing_path());
        if (all[command].empty()) throw std::runtime_error("the shim saw no call of " + command);
    }
    return all;
}

std::vector<Case> systematic_cases(const Calls& calls, Depth depth,
                                   const std::vector<std::string>& models) {
    const bool whole = depth == Depth::whole;
    std::vector<Case> all;
    for (const std::string& model : models)
        append(all, refresh_path(calls.at("token"), model, whole));
    for (const std::string& command : all_commands()) {
        if (command != "token") append(all, other_command(command, calls.at(command), whole));
    }
    return all;
}

Case random_case(const Calls& calls, std::uint64_t seed, std::uint64_t index,
                 const std::vector<std::string>& models) {
    Seeded random(seed * 0x100000001b3 + index);
    static constexpr std::array<const char*, 10> kCommands = {
        "token", "token", "token", "token", "token", "call", "start", "adopt", "end", "heal"};
    Case out;
    out.command = kCommands[random.below(kCommands.size())];
    const bool refreshes = out.command == "token" || out.command == "call";
    out.model = refreshes ? models[random.below(models.size())] : "replay";
    Fault first = random_fault(calls.at(out.command), random, true);
    // Another process would be one more start, or a token after the end.
    if (first.kind == "pair" && out.command != "token") first = {"kill-before", first.at, 0};
    out.faults.push_back(first);
    while (out.command == "token" && out.faults.size() < 3 && random.chance(33)) {
        out.faults.push_back(random_fault(calls.at("token"), random, false));
    }
    return out;
}

}  // namespace credit::test
