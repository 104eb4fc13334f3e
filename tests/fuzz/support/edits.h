// Damage as an input says it: what falls on a file's bytes between two readings.
#pragma once

#include <string>

#include "tests/fuzz/support/input.h"

namespace credit::fuzz {

// Flips bits, cuts, grows or zeroes `bytes`, as long as the input lasts.
inline void damage(std::string& bytes, Input& in) {
    while (!in.empty()) {
        const char what = static_cast<char>(in.byte());
        const auto at = static_cast<std::size_t>(in.number(2));
        if (what == 't') {
            if (at < bytes.size()) bytes.resize(at);
        } else if (what == 'g') {
            bytes.append(at % 4096, static_cast<char>(in.byte()));
        } else if (what == 'z') {
            const std::size_t from = at < bytes.size() ? at : bytes.size();
            bytes.replace(from, bytes.npos, std::string(bytes.size() - from, '\0'));
        } else if (!bytes.empty()) {
            char& byte = bytes[at % bytes.size()];
            byte = static_cast<char>(byte ^ static_cast<char>(in.byte()));
        }
    }
}

}  // namespace credit::fuzz
