#pragma once

#include <optional>
#include <string>
#include <vector>

namespace credit::sandbox {

// The documented states of a journey and what follows from each.

bool is_journey_status(const std::string& status);

// All of them, for messages.
std::string journey_statuses();

// REJECTED, EXPIRED or CLOSED.
bool has_ended(const std::string& status);

// Whether the platform or the lender acts in this state, and not the borrower.
bool moves_alone(const std::string& status);

// Whether `status` comes before `other` on the way to DISBURSED. False where either is an end.
bool comes_before(const std::string& status, const std::string& other);

// What follows on the way of a journey of this type; nothing after DISBURSED and after an end.
std::optional<std::string> status_after(const std::string& status, const std::string& type,
                                        bool aa_required);

std::optional<std::string> next_action_of(const std::string& status);
std::vector<std::string> pending_operations_of(const std::string& status);

}  // namespace credit::sandbox
