// Name resolution that hangs as long as a test wants. The definition in the .cpp takes the place of
// the system's getaddrinfo for the whole test program and passes all other names on.
#pragma once

namespace credit::test {

constexpr const char* kSlowHost = "slow-name-server.invalid";

// Lookups of kSlowHost hang from construction to destruction, which waits for those under way.
class SlowResolver {
  public:
    SlowResolver();
    ~SlowResolver();
    SlowResolver(const SlowResolver&) = delete;
    SlowResolver& operator=(const SlowResolver&) = delete;

    int waiting() const;  // lookups hanging now
};

}  // namespace credit::test
