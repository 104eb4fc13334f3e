// Takes what might be a secret out of text that others wrote, before it reaches an error or a log
// (R40).
#pragma once

#include <string>
#include <string_view>

namespace credit {

// `text` without credentials (sk_, st_, rt_ and bt_ words, what follows "Bearer", JWTs, opaque
// words of 24 characters and more), without control and direction-changing characters, as valid
// UTF-8 of at most `max_bytes`. Applying it twice changes nothing.
std::string redact(std::string_view text, std::size_t max_bytes);

}  // namespace credit
