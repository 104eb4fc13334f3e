// The program's malloc, counted and refused on order: every allocation of every library goes through it, whichever way it
// asks. For programs without a sanitizer, which own malloc themselves.
#pragma once

#include <cstdint>

namespace credit::test {

class MemoryGate {
  public:
    enum class Refuse { none, once, for_ever };

    // From now on allocations are counted, those of all threads; the n-th (from 0), or it and all later ones, are refused.
    static void open(Refuse refuse = Refuse::none, std::uint64_t nth = 0) noexcept;
    // Stops counting and refusing; how many there were.
    static std::uint64_t close() noexcept;
    static bool refused() noexcept;        // one was, since open()
    static std::uint64_t live() noexcept;  // blocks taken and not given back, by the whole program

    // What this thread takes meanwhile is the test's own affair.
    class Own {
      public:
        Own() noexcept;
        ~Own();
        Own(const Own&) = delete;
        Own& operator=(const Own&) = delete;
    };
    // The other way round, inside an Own: calls of what is tested.
    class Counted {
      public:
        Counted() noexcept;
        ~Counted();
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;

      private:
        const int depth_;
    };
};

}  // namespace credit::test
