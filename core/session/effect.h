// What the machine wants done. The driver does it and reports back with an event.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "core/session/event.h"
#include "core/session/state.h"

namespace credit {

enum class TokenSource { cache = 1, refresh = 2, start = 3 };

namespace effect {

struct Load {};  // -> Loaded
struct Peek {    // -> Peeked
    std::uint64_t round = 0;
};
struct RunTxn {  // -> TxnDone
    TxnRef work;
};
struct BeginBackground {};  // -> BackgroundAnswered
struct EndBackground {};
struct SendRefresh {  // -> RefreshAnswered
    std::uint64_t flight = 0;
    std::shared_ptr<const Intent>
        intent;               // apart: it is large, and room for several effects is kept
    SecretRef credential;     // the refresh token; in backend-managed mode null
    ElapsedTime lease_until;  // R9
    bool is_retry = false;    // counts against the retry budget (R38)
};
struct AskProvider {  // -> ProviderAnswered
    std::uint64_t ask = 0;
    OpID op = 0;  // the start it is for; 0: healing
    bool healing = false;
};
// The token of right now for the lock-free readers; an empty token: there is none.
struct Publish {
    SecretRef token;
    std::uint64_t generation = 0;
    std::int64_t expires_at_ms = -1;
    ElapsedTime ends;        // not handed out from here on; INT64_MAX: unknown life
    ElapsedTime renew_from;  // readers from here on ask for a refresh ahead
    Millis default_minimum;
    Millis life;  // -1: unknown
    BootID boot;
};
struct GiveToken {
    OpID op = 0;
    TokenSource source = TokenSource::cache;
};
struct FailOp {
    OpID op = 0;
    Error error;
};
struct FinishOp {
    OpID op = 0;
};
struct Announce {
    StateInfo info;
};
struct SetTimer {
    ElapsedTime at;  // INT64_MAX: none
};
struct Spent {};   // the handle was ended: it leaves the registry
struct Closed {};  // nothing more will come

}  // namespace effect

using Effect = std::variant<effect::Load, effect::Peek, effect::RunTxn, effect::BeginBackground,
                            effect::EndBackground, effect::SendRefresh, effect::AskProvider,
                            effect::Publish, effect::GiveToken, effect::FailOp, effect::FinishOp,
                            effect::Announce, effect::SetTimer, effect::Spent, effect::Closed>;
using Effects = std::vector<Effect>;

}  // namespace credit
