#include "core/platform_api/reply_room.h"

#include "core/platform_api/contract.h"
#include "core/platform_api/reply_room_parts.h"

namespace credit {
namespace {

// What replies are like in fact; they stay in the locked arena. Larger ones are read outside of it.
constexpr std::size_t kUsualBytes = 2048;
constexpr std::size_t kTokens = 2;

}  // namespace

ReplyRoom::ReplyRoom(Size size)
    : parts_(std::make_unique<Parts>(size == Size::largest ? kTokens : 0)) {
    if (size == Size::largest) parts_->document.reserve(kUsualBytes, kMaxJsonBytes);
}

ReplyRoom::~ReplyRoom() = default;

}  // namespace credit
