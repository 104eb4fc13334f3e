// What receiving the reply of a refresh takes, made before the request goes out (R22): memory to read the reply, to build
// and write the record, and the two hand-overs between the engine's threads.
#pragma once

#include <memory>

#include "core/engine/engine.h"
#include "core/engine/executor.h"
#include "core/platform_api/reply_room.h"
#include "core/session/transaction.h"

namespace credit {

class SessionCore;

// A transaction's way to the storage thread and back. Filled when it is handed over.
struct Delivery {
    struct Parcel {
        std::shared_ptr<SessionCore> core;
        TxnRef work;
    };
    std::shared_ptr<Parcel> parcel;
    Executor::Jobs job;
};

struct Landing {
    Landing(std::shared_ptr<Executor> storage, const Record& marked);  // throws std::bad_alloc

    ReplyRoom reader;
    TxnRef room;
    Delivery delivery;
    Executor::Hold awake;  // the storage thread need not be started again
};

}  // namespace credit
