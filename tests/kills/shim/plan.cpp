#include "tests/kills/shim/plan.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace credit::test::shim {
namespace {

struct ActionName {
    const char* name;
    Action action;
};

constexpr ActionName kActions[] = {
    {"kill-before", Action::kill_before},
    {"kill-after", Action::kill_after},
    {"torn", Action::torn},
    {"stop-before", Action::stop_before},
    {"error-once", Action::error_once},
    {"error-burst", Action::error_burst},
    {"error-on", Action::error_on},
    {"shorten", Action::shorten},
};

[[noreturn]] void refuse(const char* what, const char* value) {
    std::fprintf(stderr, "kill shim: %s: '%s'\n", what, value);
    std::_Exit(120);
}

void read_action(Plan& out, const char* text) {
    char name[32] = "";
    unsigned long long at = 0;
    unsigned long long value = 0;
    if (std::sscanf(text, "%31s %llu %llu", name, &at, &value) != 3 || at == 0) {
        refuse("no plan", text);
    }
    for (const ActionName& known : kActions) {
        if (std::strcmp(known.name, name) != 0) continue;
        out.action = known.action;
        out.at = at;
        out.value = value;
        return;
    }
    refuse("no action", text);
}

Breakage read_breakage(const char* text) {
    if (std::strcmp(text, "no-sync") == 0) return Breakage::no_sync;
    if (std::strcmp(text, "no-folder-sync") == 0) return Breakage::no_folder_sync;
    if (std::strcmp(text, "one-slot") == 0) return Breakage::one_slot;
    if (std::strcmp(text, "no-rename") == 0) return Breakage::no_rename;
    refuse("no breakage", text);
}

Plan from_environment() {
    Plan out;
    out.folder = std::getenv("CREDIT_SHIM_FOLDER");
    if (out.folder == nullptr) refuse("needs", "CREDIT_SHIM_FOLDER");
    out.folder_size = std::strlen(out.folder);
    out.list = std::getenv("CREDIT_SHIM_LIST");
    out.journal = std::getenv("CREDIT_SHIM_JOURNAL");
    out.clock = std::getenv("CREDIT_SHIM_CLOCK");
    out.mark = std::getenv("CREDIT_SHIM_MARK");
    if (const char* text = std::getenv("CREDIT_SHIM_PLAN")) read_action(out, text);
    if (const char* text = std::getenv("CREDIT_SHIM_BREAKAGE")) out.breakage = read_breakage(text);
    return out;
}

}  // namespace

const Plan& plan() {
    static const Plan kPlan = from_environment();
    return kPlan;
}

}  // namespace credit::test::shim
