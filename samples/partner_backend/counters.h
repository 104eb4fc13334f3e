#pragma once

#include <atomic>
#include <cstdint>

namespace credit::partner {

// Read by tests through the admin API.
struct Counters {
    std::atomic<std::uint64_t> session_requests{0};
    std::atomic<std::uint64_t> refresh_requests{0};
    std::atomic<std::uint64_t> unauthorized{0};
    std::atomic<std::uint64_t> denied{0};
    std::atomic<std::uint64_t> rotations{0};  // of tokens this server keeps
    std::atomic<std::uint64_t> reminted{0};
    std::atomic<std::uint64_t> hosted_requests{0};
    std::atomic<std::uint64_t> webhooks_accepted{0};
    std::atomic<std::uint64_t> webhooks_refused{0};
};

}  // namespace credit::partner
