// The redacted JSON that explains a session (R37). Nothing in it is a secret; the borrower's id is not in it either.
#include <string>

#include "core/base/arena.h"
#include "core/engine/session_core.h"

namespace credit {
namespace {

void quote(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (u < 0x20) {
            static constexpr char kDigits[] = "0123456789abcdef";
            out += "\\u00";
            out.push_back(kDigits[u >> 4]);
            out.push_back(kDigits[u & 15]);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
    void text(std::string_view name, std::string_view value) {
        key(name);
        quote(out_, value);
    }
    void number(std::string_view name, std::int64_t value) {
        key(name);
        out_ += std::to_string(value);
    }
    void count(std::string_view name, std::uint64_t value) {
        key(name);
        out_ += std::to_string(value);
    }
    void flag(std::string_view name, bool value) {
        key(name);
        out_ += value ? "true" : "false";
    }
    std::string& raw(std::string_view name) {
        key(name);
        return out_;
    }
    void close() { out_.push_back('}'); }

  private:
    void key(std::string_view name) {
        if (!first_) out_.push_back(',');
        first_ = false;
        quote(out_, name);
        out_.push_back(':');
    }
    std::string& out_;
    bool first_ = true;
};

std::string_view state_name(PublicState state) {
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
    return "unknown";
}

void write_entry(std::string& out, const JournalEntry& entry) {
    ObjectWriter w(out);
    w.number("at_ms", entry.at.ms);
    w.text("what", journal_event_name(entry.what));
    w.text("why", code_name(entry.why));
    w.count("generation", entry.generation);
    w.text("request_id", entry.request_id);
    w.text("correlation_id", entry.correlation_id);
    w.close();
}

}  // namespace

std::string SessionCore::diagnostics_text() {
    const StateInfo info = machine_.info(now());
    const Record& record = machine_.record();
    std::string out;
    ObjectWriter w(out);
    w.text("environment", config_.settings.environment == Environment::live ? "live" : "test");
    w.text("state", state_name(info.state));
    w.text("reason", code_name(info.reason));
    w.flag("refreshing", (info.properties & StateInfo::kRefreshing) != 0);
    w.flag("offline", (info.properties & StateInfo::kOffline) != 0);
    w.flag("stuck", (info.properties & StateInfo::kStuck) != 0);
    w.flag("healing", (info.properties & StateInfo::kHealing) != 0);
    w.flag("unsaved", (info.properties & StateInfo::kUnsaved) != 0);
    w.count("epoch", record.version.epoch);
    w.count("generation", record.version.generation);
    w.count("write_seq", record.write_seq);
    w.number("session_expires_at_ms", info.expires_at_ms);
    const std::int64_t refresh_ends = record.pair ? record.pair->refresh_expires_at_ms : 0;
    w.number("refresh_expires_at_ms", refresh_ends != 0 ? refresh_ends : -1);
    w.flag("intent", record.intent.has_value());
    w.count("intent_attempts", record.intent ? record.intent->attempts : 0);
    w.flag("suspect", record.suspect.has_value());
    w.count("healed_today", record.heal.today);
    w.text("journey_id", record.journey ? record.journey->journey_id : std::string());
    const arena::Report memory = arena::report();
    w.flag("memory_locked", memory.locked);
    w.count("memory_spilled", memory.spilled);
    if (failed_check_ != nullptr) w.text("failed_check", failed_check_);
    std::string& array = w.raw("journal");
    array.push_back('[');
    bool first = true;
    const auto add = [&](const JournalEntry& entry) {
        if (!first) array.push_back(',');
        first = false;
        write_entry(array, entry);
    };
    for (const JournalEntry& entry : record.journal.entries())
        add(entry);
    for (const JournalEntry& entry : machine_.unwritten_journal())
        add(entry);
    array.push_back(']');
    w.close();
    return out;
}

}  // namespace credit
