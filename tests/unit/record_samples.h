// Records that the tests of the codec share.
#pragma once

#include "core/session/record.h"

namespace credit::test {

Record empty_record();
// In the middle of an unanswered refresh; every number differs from every other, so that swapped
// fields show.
Record typical_record();
// Every section there and every text at its limit, except the tombstone, which excludes the others.
Record maximal_record();
Record tombstone_record();

SecretRef secret_of(std::string_view text);

struct Encoded {
    RecordHeader header;
    SecretBuffer body;
};
Encoded encode(const Record& record);
SecretBuffer buffer_of(std::string_view bytes);

}  // namespace credit::test
