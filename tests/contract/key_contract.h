// What every SealingKey keeps, adapters and fakes alike. Each program that runs the suite says which kinds it has.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "core/ports/sealing_key.h"

namespace credit {

class KeyWorld {
  public:
    virtual ~KeyWorld() = default;
    // The key as a newly started process would get it.
    virtual std::shared_ptr<SealingKey> start_process() = 0;
    // Another key in the same place, for another environment or user.
    virtual std::shared_ptr<SealingKey> start_other() = 0;
    // Makes the source answer something else than `present` from now on, for processes that have not asked yet; nothing where
    // a source cannot fail. Returns the answer to expect.
    virtual std::optional<StoreAnswer> break_source() { return std::nullopt; }
    virtual void mend_source() {}
};

struct KeyKind {
    std::string name;
    std::function<std::unique_ptr<KeyWorld>()> make;
    bool fails = true;  // break_source() can make it
};
inline std::ostream& operator<<(std::ostream& out, const KeyKind& kind) {
    return out << kind.name;
}

std::vector<KeyKind> key_kinds();

}  // namespace credit
