// Secrets made up for a test, and how they are called in what it prints.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "tests/secrets/needles.h"

namespace credit::secrets {

// Everything that must not be found, by its name; the index is what hits carry.
class Canaries {
  public:
    explicit Canaries(NeedleTable& table) : table_(table) {}
    // Makes one up, from the system's randomness, so that it stands in no program.
    std::string invent(const std::string& name, const std::string& prefix, std::size_t size,
                       const char* alphabet = nullptr);
    void add(const std::string& name, const std::string& value);
    // R13: the key made from a refresh token counts as a secret, in text and as the sixteen bytes it was made from.
    std::string add_refresh_key(const std::string& number, const std::string& token);
    std::vector<std::string> names() const;

  private:
    NeedleTable& table_;
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
};

std::string random_bytes(std::size_t size);

}  // namespace credit::secrets
