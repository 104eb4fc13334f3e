// The files of one record. Made once, so that no write has to allocate a name.
#pragma once

#include <array>
#include <string>

namespace credit {

struct RecordNames {
    explicit RecordNames(const std::string& name)
        : slots{name + ".a", name + ".b"},
          quarantined{name + ".q1", name + ".q2"},
          fresh(name + ".new"),
          lock(name + ".lock") {}

    std::array<std::string, 2> slots;
    std::array<std::string, 2> quarantined;
    std::string fresh;  // a slot being made
    std::string lock;   // never deleted
};

}  // namespace credit
