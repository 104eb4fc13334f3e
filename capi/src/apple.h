// What only Apple's systems have, as far as the C API knows of it. Whether this build has it is known in one place only.
#pragma once

#include <memory>
#include <string>

#include "core/ports/background.h"
#include "core/ports/clock.h"
#include "core/ports/entropy.h"
#include "core/ports/secure_store.h"

namespace credit::capi {

// Records in the Keychain; `container` is the folder of the install's key and the locks. Only where the setter took a group.
std::shared_ptr<SecureStore> keychain_store(const std::string& access_group,
                                            const std::string& container,
                                            const std::shared_ptr<Entropy>& entropy);

// The system's clock.
std::shared_ptr<Clock> system_clock();

// The system's assertion around a rotation (R22), for sessions whose app brings none; null where nobody is suspended.
std::shared_ptr<Background> system_background();

}  // namespace credit::capi
