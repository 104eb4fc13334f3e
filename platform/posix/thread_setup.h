#pragma once

namespace credit {

// For the start of every thread of the SDK: blocks SIGPIPE, which OpenSSL's writes to a closed connection would raise and
// which is nobody's business but ours. The host's own threads and handlers are left alone.
void set_up_thread() noexcept;

}  // namespace credit
