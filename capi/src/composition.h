// The composition root: which adapters this platform gets. The only place that names concrete
// adapters.
#pragma once

#include <memory>
#include <string>

#include "capi/src/config.h"
#include "core/engine/session_config.h"

namespace credit::capi {

// Once per process and before the first secret: libsodium, the locked arena, the fork guard. Cheap
// when done before.
void prepare_process();

// The adapters of a checked configuration: the app's own where it brought some, the platform's
// otherwise.
SessionPorts compose_ports(const ConfigValues& values, const std::string& storage_place);

// The app's own clock, or the platform's.
std::shared_ptr<Clock> compose_clock(const ConfigValues& values);

// The folder under one name, whatever way it was written: absolute and, as far as it exists,
// without links.
std::string storage_place(const std::string& dir);

}  // namespace credit::capi
