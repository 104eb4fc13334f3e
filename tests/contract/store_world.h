// A device on which stores live, for the contract that every SecureStore keeps.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "core/ports/secure_store.h"

namespace credit {

class StoreWorld {
  public:
    virtual ~StoreWorld() = default;
    // A store as a newly started process would make it; its end is that process's end.
    virtual std::unique_ptr<SecureStore> start_process() = 0;
    // Rot at rest in one of the two slots of a record.
    virtual void damage(const RecordKey& key, std::size_t slot) = 0;
    // Makes both slots look written by a newer SDK.
    virtual void make_newer(const RecordKey& key) = 0;
    virtual std::size_t quarantined(const RecordKey& key) = 0;
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<StoreWorld>()> make;
    bool locks = true;  // excludes other processes
};
inline std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
    return out << kind.name;
}

// `letter` makes keys differ: 'a' .. 'f'.
RecordKey key_of(char letter);
RecordHeader header_of(const RecordKey& key, std::uint64_t write_seq);
SecretBuffer body_of(std::string_view text);
// Lock, replace, unlock.
StoreAnswer write(RecordStore& record, const RecordHeader& header, std::string_view body,
                  bool both_slots = false);

struct Loaded {
    StoreAnswer answer = StoreAnswer::transient;
    std::string detail;
    RecordHeader header;
    std::string body;
};
Loaded load(RecordStore& record);
Loaded load(SecureStore& store, const RecordKey& key);

// Prints answers by name in test output.
void PrintTo(StoreAnswer answer, std::ostream* out);

}  // namespace credit
