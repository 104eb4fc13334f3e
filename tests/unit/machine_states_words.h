// The words of docs/states.md for states, properties and events.
#pragma once

#include <string>
#include <type_traits>
#include <variant>

#include "core/session/event.h"
#include "core/session/state.h"

namespace credit::test {

inline std::string word(PublicState state) {
    switch (state) {
        case PublicState::loading:
            return "loading";
        case PublicState::no_session:
            return "no_session";
        case PublicState::active:
            return "active";
        case PublicState::storage_locked:
            return "storage_locked";
        case PublicState::closed:
            return "closed";
    }
    return "?";
}

inline std::string property_word(std::uint32_t bit) {
    switch (bit) {
        case StateInfo::kRefreshing:
            return "refreshing";
        case StateInfo::kOffline:
            return "offline";
        case StateInfo::kStuck:
            return "stuck";
        case StateInfo::kHealing:
            return "healing";
        case StateInfo::kUnsaved:
            return "unsaved";
        default:
            return "?";
    }
}

inline std::string word(TxnKind kind) {
    switch (kind) {
        case TxnKind::mark:
            return "mark";
        case TxnKind::commit:
            return "commit";
        case TxnKind::swap:
            return "swap";
        case TxnKind::suspect:
            return "suspect";
        case TxnKind::heal_mark:
            return "heal mark";
        case TxnKind::heal:
            return "heal";
        case TxnKind::start:
            return "start";
        case TxnKind::adopt:
            return "adopt";
        case TxnKind::end:
            return "end";
        case TxnKind::write_back:
            return "write back";
        case TxnKind::note:
            return "note";
    }
    return "?";
}

struct EventWord {
    std::string operator()(const event::Opened&) const { return "opened"; }
    std::string operator()(const event::Loaded&) const { return "the store was read"; }
    std::string operator()(const event::Peeked&) const { return "the store was looked at"; }
    std::string operator()(const event::TxnDone& e) const {
        return word(e.work->txn.kind) + " came back from the store";
    }
    std::string operator()(const event::BackgroundAnswered&) const {
        return "background time answered";
    }
    std::string operator()(const event::RefreshAnswered&) const { return "refresh answered"; }
    std::string operator()(const event::ProviderAnswered&) const { return "provider answered"; }
    std::string operator()(const event::CallAccepted&) const { return "call accepted"; }
    std::string operator()(const event::TokenAsked&) const { return "token asked for"; }
    std::string operator()(const event::RefreshAheadAsked&) const {
        return "renewal ahead asked for";
    }
    std::string operator()(const event::StartAsked&) const { return "start asked for"; }
    std::string operator()(const event::AdoptAsked&) const { return "adopt asked for"; }
    std::string operator()(const event::EndAsked&) const { return "end asked for"; }
    std::string operator()(const event::CloseAsked&) const { return "close asked for"; }
    std::string operator()(const event::RejectAsked&) const { return "token rejected"; }
    std::string operator()(const event::CancelAsked&) const { return "operation cancelled"; }
    std::string operator()(const event::Hinted&) const { return "hint"; }
    std::string operator()(const event::TimerFired&) const { return "timer"; }
};

inline std::string word(const Event& event) {
    return std::visit(EventWord{}, event);
}

}  // namespace credit::test
