#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// A journey as it is after a change, with all that a webhook or a page needs to tell of it.
struct JourneyEvent {
    std::string environment;  // test or live
    std::string tenant_id;
    std::string application_id;
    std::string borrower_id;
    std::string borrower_external_id;
    std::string journey_id;
    std::string type;
    std::string status;
    // 1 for the start of the journey and one more with each change: rises within a journey.
    std::int64_t sequence = 0;
    // What led to it, as webhooks name it: journey.started, journey.profile.updated,
    // journey.offer.updated, journey.step.updated, journey.status.updated.
    std::string trigger;
    // The sandbox's time of the change. A change the clock brought has the time it was due.
    std::int64_t at_ms = 0;
    // `borrower` of the documented payload: {"borrowerExternalID", "journeys":[{"journeyID",
    // "status", "nextAction"}]}, with all journeys of the borrower.
    nlohmann::ordered_json snapshot;
};

// Called within the transaction of the change, under the mutex of the store: what it writes with
// `database` is kept if and only if the change is. It must not take that mutex, must not wait for
// anything, and must not open a transaction. An exception undoes the change.
using JourneyObserver = std::function<void(kit::Database& database, const JourneyEvent& event)>;

// Tells whoever listens what became of journeys. Listeners are added before the servers listen and
// stay for good.
class JourneyEvents {
  public:
    void observe(JourneyObserver observer) { observers_.push_back(std::move(observer)); }

    // Called after a transaction in which journeys changed, on the thread that changed them and
    // without any lock: the time to wake a thread that delivers. May be called once too often.
    void after_commit(std::function<void()> listener) {
        after_commit_.push_back(std::move(listener));
    }

    void announce(kit::Database& database, const JourneyEvent& event) {
        unsaid_ = true;
        for (const auto& observer : observers_)
            observer(database, event);
    }

    // For whoever has ended a transaction and let go of the store's mutex.
    void committed() {
        if (!unsaid_.exchange(false)) return;
        for (const auto& listener : after_commit_)
            listener();
    }

  private:
    std::vector<JourneyObserver> observers_;
    std::vector<std::function<void()>> after_commit_;
    std::atomic<bool> unsaid_{false};
};

}  // namespace credit::sandbox
