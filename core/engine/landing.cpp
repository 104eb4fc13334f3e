#include "core/engine/landing.h"

namespace credit {
namespace {

constexpr std::size_t kStoredSecrets =
    3;  // two tokens and a key, should another process have written meanwhile
constexpr std::size_t kUsualGrowth =
    1536;  // of a record by one refresh: longer tokens, a journal entry, a journey

}  // namespace

Landing::Landing(Executor& storage, const Record& marked)
    : reader(ReplyRoom::Size::largest),
      room(std::make_shared<TxnWork>(kStoredSecrets)),
      awake(storage) {
    room->body.reserve(encoded_size(marked) + kUsualGrowth);
    room->large_body.reserve_outside(RecordHeader::kMaxBodyBytes);
}

}  // namespace credit
