#pragma once

#include "sandbox/call.h"
#include "sandbox/faults.h"

namespace credit::sandbox {

// Whether the fault puts a reply of its own in place of the true one.
bool replaces_reply(const Fault& fault);
Reply replacement(const Fault& fault, Call& call);

// The true reply, bent as the fault wants it; as it was for faults that leave it alone.
Reply altered(const Fault& fault, Reply reply);

// The status a client gets to see, 0 if it sees none.
int sent_status(const Fault& fault, int status);

}  // namespace credit::sandbox
