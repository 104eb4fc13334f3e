// What can happen to a session: everything the machine ever learns comes as one of these.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/base/issued.h"
#include "core/session/transaction.h"
#include "core/session/waiters.h"

namespace credit {

enum class Hint {
    network_available = 1,
    foreground = 2,
    storage_unlocked = 3,
    clock_changed = 4,
    partner_credentials = 5
};

namespace event {

struct Opened {};
// The store's answer to effect::Load.
struct Loaded {
    StoreAnswer answer = StoreAnswer::transient;
    std::string detail;
    std::optional<Record> record;
};
// The store's answer to effect::Peek.
struct Peeked {
    std::uint64_t round = 0;
    StoreAnswer answer = StoreAnswer::transient;
    Version version;
    std::uint64_t write_seq = 0;
};
struct TxnDone {
    TxnRef work;  // with its result
};
struct BackgroundAnswered {
    bool granted = false;
};
// The answer to effect::SendRefresh.
struct RefreshAnswered {
    std::uint64_t flight = 0;
    Stamp sent;
    RefreshAnswer answer;
    TxnRef room = nullptr;  // for the commit; null: to be made (R22)
};
// The answer to effect::AskProvider.
struct ProviderAnswered {
    std::uint64_t ask = 0;
    Stamp sent;
    bool ok = false;
    Issued issued;
    Error error;
};
// The platform accepted a call that carried this generation's token.
struct CallAccepted {
    std::uint64_t generation = 0;
};

struct TokenAsked {
    OpID op = 0;
    Millis minimum;
    ElapsedTime deadline;
};
// The hot path handed out a token that is near its end.
struct RefreshAheadAsked {};
struct StartAsked {
    OpID op = 0;
    bool replace = false;
    ElapsedTime deadline;
};
struct AdoptAsked {
    OpID op = 0;
    bool replace = false;
    Stamp received;
    Issued issued;
};
struct EndAsked {
    OpID op = 0;
};
struct CloseAsked {};
struct RejectAsked {
    std::uint64_t generation = 0;
};
struct CancelAsked {
    OpID op = 0;
};
struct Hinted {
    Hint hint = Hint::foreground;
};
struct TimerFired {};

}  // namespace event

using Event =
    std::variant<event::Opened, event::Loaded, event::Peeked, event::TxnDone,
                 event::BackgroundAnswered, event::RefreshAnswered, event::ProviderAnswered,
                 event::CallAccepted, event::TokenAsked, event::RefreshAheadAsked,
                 event::StartAsked, event::AdoptAsked, event::EndAsked, event::CloseAsked,
                 event::RejectAsked, event::CancelAsked, event::Hinted, event::TimerFired>;

}  // namespace credit
