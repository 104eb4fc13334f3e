// Whose memory it is: the library whose code asked for it.
#pragma once

#include <string>
#include <vector>

#include "tests/secrets/mappings.h"
#include "tests/secrets/shared.h"

namespace credit::secrets {

class Owners {
  public:
    explicit Owners(std::vector<Mapping> mappings) : mappings_(std::move(mappings)) {}

    // The innermost library on the stack that is not the C or C++ runtime nor the app itself, by its file's name:
    // "libcredit.so", "libcurl.so"; "the app" when there is none.
    std::string of(const Frames& frames) const;
    // The way there, innermost first, as library+offset: for whoever looks into a failure.
    std::string way(const Frames& frames) const;

  private:
    const Mapping* mapping_of(std::uintptr_t at) const;
    std::vector<Mapping> mappings_;
};

// What this project answers for: its own library and those that work on its memory only.
bool is_ours(const std::string& owner);

}  // namespace credit::secrets
