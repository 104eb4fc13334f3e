// PROTOCOL's rules as far as a simulator can see them, asked at every write, send, reply and answer; and the oracle that
// says whether a lost session could have been kept.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/code.h"
#include "core/session/record.h"
#include "tests/sim/disk.h"
#include "tests/sim/ledger.h"
#include "tests/sim/server.h"

namespace credit::sim {

class World;
class Process;
struct Handle;

// One request for a rotation as it left the device.
struct SentRefresh {
    int refresh = -1;
    std::string token;
    std::string key;
    bool fresh_connection = false;
    std::int64_t client_until = 0;  // true time at which its sender gives it up
};

class Checks {
  public:
    explicit Checks(World& world) : world_(world) {}

    // --- storage
    void before_write(Process& process, const Record& record);
    void after_write(Process& process, const Record& record, const Disk::Outcome& outcome);
    void refused(Process& process);  // the store said no to something
    void erased(Process& process);
    void
    storage_event();  // the disk lost something or went back: what was durable may be so no more

    // --- wire
    void sent(Process& process, const SentRefresh& request);
    void replied(Process& process, const SentRefresh& request, const WireReply& reply);
    void answered_unusably(const SentRefresh& request) {  // counts for R26
        ++sends_[request.refresh].answers_without_tokens;
    }
    void finished(Process& process);  // no refresh of it is on the wire any more
    Excuse judge_refusal(int refresh, const RefreshCall& call);
    void provider_asked(Process& process, bool healing);

    // --- app
    void install_asked() noexcept;  // start or adopt
    void end_asked(Process& process);
    void end_done(Process& process);
    void token_given(Process& process, Handle& handle, std::string_view token,
                     std::uint64_t generation, std::int64_t asked_at);
    void token_refused(Process& process, Handle& handle, Code code);
    void called_back(Process& process);
    void clock_jumped() noexcept;
    void rebooted() noexcept;

    void check_kept(const Handle& handle);
    void audit();
    bool excused() const;
    bool session_ended() const { return ended_asks_ > 0; }
    bool ever_installed() const { return ever_installed_; }
    int storage_losses() const { return storage_losses_; }

  private:
    struct Sends {
        std::vector<std::string> keys;
        int answered = 0;  // with tokens, so that another key is another refresh
        int bumps = 0;
        int mismatches = 0;
        int server_errors = 0;
        int answers_without_tokens = 0;
        std::vector<std::int64_t> times;
        std::map<std::uint64_t, std::int64_t> first_by;  // process -> when it sent first
    };
    void check_order(const Record& record, const RecordHeader* base);
    void check_content(Process& process, const Record& record, const Disk::Slot* base);
    void check_mark(Process& process, const Record& record);
    void check_verdict(Process& process, const Record& record, const Disk::Slot* base);
    void note_install(Process& process, const Record& record, const Disk::Slot* base);
    void count_loss(Process& process, Excuse excuse, bool healed);
    void check_key(const SentRefresh& request, Sends& sends);
    void check_storm(Sends& sends);
    bool grace_was_used(int refresh) const;
    bool stuck_seen(int family) const;
    bool session_lives(int pair) const;

    World& world_;
    std::map<int, Sends> sends_;    // by refresh token
    std::set<std::string> marked_;  // keys that stand in an acknowledged mark
    std::set<int> ended_families_;
    std::int64_t tomb_at_ = -1;
    std::int64_t install_asked_at_ = -1;
    int ended_asks_ = 0;
    int storage_losses_ = 0;
    // An excuse holds for what was under way when it came, and for nothing that began after it.
    std::int64_t disk_event_at_ = kNever;    // the disk lost something
    std::int64_t storage_loss_at_ = kNever;  // and it was a session's, or an end
    std::int64_t mark_lost_at_ = kNever;     // a mark was acknowledged and is not there
    std::int64_t jump_at_ = kNever;
    std::int64_t reboot_at_ = kNever;
    bool offset_wrong_ = false;
    std::int64_t newest_install_wall_ = INT64_MIN;  // by the device's clock
    bool looks_older_ = false;                      // the session of now was installed before that
    bool ever_installed_ = false;
    int current_family_ = -1;
    std::map<int, std::int64_t> installed_at_;  // by family
    std::int64_t written_at_ = kNever;          // when what stands on the disk was acknowledged
    std::set<std::int64_t> heal_stamps_;
    int refusals_ = 0;
    int buried_ = -1;  // the newest family that a tombstone was written over
    std::int64_t end_asked_at_ = -1;
    std::map<std::int64_t, std::int64_t> ends_;  // wall clock of the device -> true time
    std::int64_t ended_at_ = -1;
    std::int64_t installed_by_ask_at_ = -1;
    std::map<int, std::int64_t> first_marks_;
    std::map<int, std::int64_t> last_marks_;  // by refresh token, of the request that was sent last
    std::vector<std::int64_t> heals_;
    std::vector<std::int64_t> all_sends_;
};

}  // namespace credit::sim
