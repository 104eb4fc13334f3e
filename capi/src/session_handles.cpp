// Which handle belongs to which open session, so that opening twice gives the same pointer.
#include <mutex>
#include <unordered_map>

#include "capi/src/session.h"

namespace credit::capi {
namespace {

class Handles {
  public:
    static Handles& instance() {
        static Handles* const handles = new Handles;  // never destroyed: apps may release at exit
        return *handles;
    }

    credit_session* handle_for(std::shared_ptr<Session> session) {
        const std::lock_guard<std::mutex> hold(mutex_);
        const Session* const key = session.get();
        const auto [at, fresh] = known_.try_emplace(key, nullptr);
        // A handle whose count is zero is on its way out; it removes only itself from here.
        if (!fresh && at->second->try_add_reference()) return at->second;
        at->second = new_handle(std::move(session), at);
        return at->second;
    }

    void forget(const Session* key, const credit_session* handle) {
        const std::lock_guard<std::mutex> hold(mutex_);
        const auto at = known_.find(key);
        if (at != known_.end() && at->second == handle) known_.erase(at);
    }

  private:
    using Known = std::unordered_map<const Session*, credit_session*>;

    credit_session* new_handle(std::shared_ptr<Session> session, Known::iterator at) {
        try {
            return new credit_session(std::move(session));
        } catch (const std::bad_alloc&) {
            if (at->second == nullptr) known_.erase(at);
            throw;
        }
    }

    std::mutex mutex_;
    Known known_;
};

}  // namespace

credit_session* handle_for(std::shared_ptr<Session> session) {
    return Handles::instance().handle_for(std::move(session));
}

}  // namespace credit::capi

credit_session::~credit_session() {
    credit::capi::Handles::instance().forget(session.get(), this);
}
