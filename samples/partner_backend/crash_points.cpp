#include "partner_backend/crash_points.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace credit::partner {

bool CrashPoints::arm(const std::string& step) {
    if (!step.empty() &&
        std::find(kCrashSteps.begin(), kCrashSteps.end(), step) == kCrashSteps.end()) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    armed_ = step;
    return true;
}

void CrashPoints::reached(std::string_view step) {
    const std::lock_guard lock(mutex_);
    if (armed_ == step) ::kill(::getpid(), SIGKILL);
}

}  // namespace credit::partner
