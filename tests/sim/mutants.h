// Seeded mistakes: those in the ports' simulated adapters, and by name those that stand in the core itself
// (core/base/mutant.h). None is on unless a run asks for it.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/mutant.h"

namespace credit::sim {

#ifdef CREDIT_MUTANTS
inline constexpr bool kMutantsBuilt = true;
#else
inline constexpr bool kMutantsBuilt = false;
#endif

std::optional<Mutant> mutant_by_name(std::string_view name);
std::string_view name_of(Mutant mutant);
int mutant_count();
void set_mutant(Mutant which) noexcept;  // nothing where none are built

}  // namespace credit::sim
