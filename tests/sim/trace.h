// What happened, in order: a hash that proves a replay exact, and on demand lines a person can read.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace credit::sim {

class Trace {
  public:
    void print_to(std::FILE* out) noexcept { out_ = out; }
    bool printing() const noexcept { return out_ != nullptr; }

    void add(std::int64_t at, int process, std::string_view what, std::int64_t a = 0,
             std::int64_t b = 0) {
        mix(static_cast<std::uint64_t>(at));
        mix(static_cast<std::uint64_t>(process));
        for (const char c : what)
            hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kPrime;
        mix(static_cast<std::uint64_t>(a));
        mix(static_cast<std::uint64_t>(b));
        if (out_ != nullptr) print(at, process, what, a, b);
    }
    std::uint64_t hash() const noexcept { return hash_; }

  private:
    static constexpr std::uint64_t kPrime = 0x100000001b3ULL;
    void mix(std::uint64_t value) noexcept {
        hash_ = (hash_ ^ value) * kPrime;
        hash_ ^= hash_ >> 29;
    }
    void print(std::int64_t at, int process, std::string_view what, std::int64_t a,
               std::int64_t b) const {
        std::fprintf(out_, "%12.3f s  ", static_cast<double>(at) / 1000.0);
        if (process >= 0) {
            std::fprintf(out_, "p%-3d", process);
        } else {
            std::fprintf(out_, "    ");
        }
        std::fprintf(out_, " %.*s", static_cast<int>(what.size()), what.data());
        if (a != 0 || b != 0) std::fprintf(out_, "  %lld", static_cast<long long>(a));
        if (b != 0) std::fprintf(out_, " %lld", static_cast<long long>(b));
        std::fputc('\n', out_);
    }

    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
    std::FILE* out_ = nullptr;
};

}  // namespace credit::sim
