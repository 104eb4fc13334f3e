#include "core/engine/landing.h"

#include <utility>

namespace credit {
namespace {

constexpr std::size_t kStoredSecrets =
    3;  // two tokens and a key, should another process have written meanwhile
constexpr std::size_t kUsualGrowth =
    1536;  // of a record by one refresh: longer tokens, a journal entry, a journey

}  // namespace

Landing::Landing(std::shared_ptr<Executor> storage, const Record& marked)
    : reader(ReplyRoom::Size::largest),
      room(std::make_shared<TxnWork>(kStoredSecrets)),
      awake(std::move(storage)) {
    room->body.reserve(encoded_size(marked) + kUsualGrowth);
    room->large_body.reserve_outside(RecordHeader::kMaxBodyBytes);
}

}  // namespace credit
