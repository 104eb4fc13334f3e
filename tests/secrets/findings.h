// What a search found, counted by owner and kind, for people to read and for tests to judge.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/secrets/owners.h"
#include "tests/secrets/watched.h"

namespace credit::secrets {

class Findings {
  public:
    explicit Findings(std::vector<std::string> names) : names_(std::move(names)) {}

    void add(const std::string& owner, const std::string& where, const NeedleTable::Hit& hit,
             const std::string& way = {});

    std::size_t count() const;
    std::size_t count_of(const std::string& owner) const;
    std::size_t longest_of(const std::string& owner) const;  // bytes in one piece
    std::size_t count_of_library() const;                    // of libcredit and what works for it
    std::size_t count_ours() const;                          // and what nobody else is known to own
    bool has(const std::string& secret) const;
    std::string text() const;     // one line for each owner, place, secret and spelling
    std::string summary() const;  // "12: libcurl.so 9, libssl.so 3"

  private:
    struct Entry {
        std::size_t count = 0;
        std::size_t longest = 0;
        std::string way;
    };
    std::vector<std::string> names_;
    std::map<std::string, std::map<std::string, Entry>> by_owner_;
};

// Everything in the dump the app would leave now.
Findings search_dump(WatchedApp& app);
// What it keeps out of dumps; there they have to be.
Findings search_kept_out(WatchedApp& app);
// Everything freed so far, at the moment it was freed. Exact with an app that clears blocks.
Findings search_freed(const Shared& shared, const std::vector<std::string>& names,
                      const Owners& owners);

}  // namespace credit::secrets
