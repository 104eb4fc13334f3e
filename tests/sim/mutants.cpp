#include "tests/sim/mutants.h"

namespace credit::sim {
namespace {

constexpr std::string_view kNames[] = {
#define X(name) #name,
    CREDIT_MUTANT_LIST(X)
#undef X
};

}  // namespace

void set_mutant([[maybe_unused]] Mutant which) noexcept {
#ifdef CREDIT_MUTANTS
    active_mutant = which;
#endif
}

int mutant_count() {
    return static_cast<int>(sizeof(kNames) / sizeof(kNames[0]));
}

std::string_view name_of(Mutant mutant) {
    return kNames[static_cast<std::size_t>(mutant)];
}

std::optional<Mutant> mutant_by_name(std::string_view name) {
    for (int i = 0; i < mutant_count(); ++i) {
        if (kNames[static_cast<std::size_t>(i)] == name) return static_cast<Mutant>(i);
    }
    return std::nullopt;
}

}  // namespace credit::sim
