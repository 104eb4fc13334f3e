// Memory for reading the reply of a refresh, taken before the request goes out (R22).
#pragma once

#include <memory>

namespace credit {

// For one reply.
class ReplyRoom {
  public:
    enum class Size {
        largest,    // whatever a reply may be, kMaxJsonBytes
        as_needed,  // nothing yet: reading allocates
    };
    explicit ReplyRoom(Size size);  // throws std::bad_alloc
    ~ReplyRoom();
    ReplyRoom(const ReplyRoom&) = delete;
    ReplyRoom& operator=(const ReplyRoom&) = delete;

    struct Parts;  // for this folder alone: it names the JSON library
    Parts& parts() noexcept { return *parts_; }

  private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace credit
