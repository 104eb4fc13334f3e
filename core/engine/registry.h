// The sessions that are open in this process (R10).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.h"

namespace credit {

class SessionCore;
class Session;

class Registry {
  public:
    static Registry& shared();

    struct Entry {
        std::weak_ptr<Session> session;
        const SessionCore* core = nullptr;
        std::string fingerprint;
    };
    // Calls `make` under the lock if there is no live entry. config_conflict when the fingerprints differ.
    template <class Make>
    Result<std::shared_ptr<Session>> find_or_make(const std::string& key,
                                                  const std::string& fingerprint, Make make) {
        const std::lock_guard<std::mutex> hold(mutex_);
        const auto it = entries_.find(key);
        if (it != entries_.end()) {
            if (auto session = it->second.session.lock()) {
                if (it->second.fingerprint == fingerprint) return session;
                return Error(Code::config_conflict,
                             "the session is open with another configuration");
            }
        }
        Entry entry;
        std::shared_ptr<Session> session = make(entry.core);
        entry.session = session;
        entry.fingerprint = fingerprint;
        entries_.insert_or_assign(key, std::move(entry));  // whole or not at all
        return session;
    }
    bool open(const std::string& key);
    // The entry goes only if it is still this core's.
    void remove(const SessionCore& core);

  private:
    std::mutex mutex_;
    std::map<std::string, Entry> entries_;
};

}  // namespace credit
