// What a ReplyRoom is made of.
#pragma once

#include "core/base/secret_reserve.h"
#include "core/platform_api/json.h"
#include "core/platform_api/reply_room.h"

namespace credit {

struct ReplyRoom::Parts {
    explicit Parts(std::size_t tokens) : secrets(tokens) {}
    json::Document document;
    SecretReserve secrets;  // session token and refresh token
};

}  // namespace credit
