// A guest's transport as the engine meets it: behind the C API's table, its answers brought back to one thread.
#pragma once

#include "tests/contract/transport_contract.h"
#include "tests/contract/transport_guest.h"

namespace credit::test {

// `guest` outlives every kit that the subject makes.
TransportSubject guest_subject(const credit_transport_guest& guest);

}  // namespace credit::test
