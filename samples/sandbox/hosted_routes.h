#pragma once

#include <optional>

#include "sandbox/work.h"

namespace credit::sandbox {

// The documented routes outside /api/v1: /api/tenants/… for webhooks, /api/lab/… for the hosted
// page; nothing for another path. Their replies have no envelope, their errors do. Throws a
// Refusal.
std::optional<Reply> answer_hosted_route(Work& work);

}  // namespace credit::sandbox
