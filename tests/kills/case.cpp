#include "tests/kills/case.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace credit::test {
namespace {

const std::vector<std::string> kKinds = {
    "none",    "kill-before", "kill-after", "torn", "error-once",  "error-burst", "error-on",
    "shorten", "timed",       "power-cut",  "pair", "pair-waiter", "suspend"};

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == at) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        throw std::invalid_argument("'" + text + "' is no number");
    }
    return value;
}

Fault fault_of(const std::string& text) {
    const auto parts = split(text, '.');
    if (parts.size() != 3) {
        throw std::invalid_argument("a fault is KIND.CALL.VALUE, not '" + text + "'");
    }
    if (!contains(kKinds, parts[0])) throw std::invalid_argument("no fault is called " + parts[0]);
    return {parts[0], number(parts[1]), number(parts[2])};
}

}  // namespace

std::string text_of(const Case& one) {
    std::string text = one.command + "/" + one.model + "/";
    for (std::size_t i = 0; i < one.faults.size(); ++i) {
        const Fault& fault = one.faults[i];
        text += (i == 0 ? "" : "+") + fault.kind + "." + std::to_string(fault.at) + "." +
                std::to_string(fault.value);
    }
    return text;
}

Case case_of(const std::string& text) {
    const auto parts = split(text, '/');
    if (parts.size() != 3) throw std::invalid_argument("a case is COMMAND/MODEL/FAULTS");
    Case one{parts[0], parts[1], {}};
    if (!contains(all_commands(), one.command)) {
        throw std::invalid_argument("no command is called " + one.command);
    }
    if (!contains(all_models(), one.model)) {
        throw std::invalid_argument("no model is called " + one.model);
    }
    for (const std::string& fault : split(parts[2], '+'))
        one.faults.push_back(fault_of(fault));
    return one;
}

const std::vector<std::string>& all_commands() {
    static const std::vector<std::string> kAll = {"token", "call", "start", "adopt",
                                                  "end",   "heal", "status"};
    return kAll;
}

const std::vector<std::string>& all_models() {
    static const std::vector<std::string> kAll = {
        "replay", "keeps_refresh_token", "grace_fork", "grace_same", "auth_first",
        "strict", "strict_family"};
    return kAll;
}

bool is_idempotent(const std::string& model) {
    return model == "replay" || model == "keeps_refresh_token";
}

bool is_strict(const std::string& model) {
    return model == "auth_first" || model == "strict" || model == "strict_family";
}

}  // namespace credit::test
