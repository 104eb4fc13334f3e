// The sealing key in the desktop's keyring, as far as the C API knows of it. Whether this build has the adapter is known in
// one place only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/record_header.h"
#include "core/base/time.h"
#include "core/ports/entropy.h"
#include "core/ports/sealing_key.h"

namespace credit::capi {

struct SecretServiceChoice {
    bool allow_prompt = false;
    std::optional<Millis> timeout;
    std::optional<Millis> prompt_timeout;
};

// The key for one environment and origin. Sessions that ask alike share it: a thousand sessions are one question to the
// keyring, and one prompt.
std::shared_ptr<SealingKey> secret_service_key(const SecretServiceChoice& choice,
                                               Environment environment, const std::string& origin,
                                               const std::shared_ptr<Entropy>& entropy);

}  // namespace credit::capi
