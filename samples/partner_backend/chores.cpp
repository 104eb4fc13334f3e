#include "partner_backend/chores.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "server_kit/access_log.h"

namespace credit::partner {

namespace {

constexpr std::chrono::seconds kFirstWait{1};
constexpr std::chrono::seconds kLongestWait{60};

bool is_done(const std::function<bool()>& chore) {
    try {
        return chore();
    } catch (const std::exception& error) {
        spdlog::error("a chore failed: {}", kit::redact(error.what()));
        return false;
    }
}

}  // namespace

Chores::Chores(std::vector<std::function<bool()>> chores)
    : chores_(std::move(chores)), thread_([this] { run(); }) {}

Chores::~Chores() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    thread_.join();
}

void Chores::run() {
    auto wait = kFirstWait;
    while (true) {
        std::erase_if(chores_, is_done);
        std::unique_lock lock(mutex_);
        if (chores_.empty() || stopping_.wait_for(lock, wait, [this] { return stop_; })) return;
        wait = std::min(2 * wait, kLongestWait);
    }
}

}  // namespace credit::partner
