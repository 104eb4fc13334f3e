// A device whose stored files a bad day got at, and whole sessions opened on what is left: the real file store, the engine
// and a platform behind a fake transport. Each look is a process of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/session/state.h"
#include "tests/contract/file_world.h"
#include "tests/unit/engine_world.h"

namespace credit::test {

// The two slots of one record as bytes.
struct Slots {
    Bytes a;
    Bytes b;
    bool operator==(const Slots&) const = default;
};

// What an app gets to see.
struct Seen {
    PublicState state = PublicState::loading;
    Code reason = Code::ok;
    Code token_code = Code::ok;
    std::string token;
    std::uint64_t generation = 0;
    bool answered =
        false;  // the token's callback came; without a network it may take time that does not pass
};

class SickDevice {
  public:
    explicit SickDevice(FileWorld::Where where = FileWorld::Where::memory);

    // The life of a session, each with its files: adopted, refreshed, refreshed again, ended.
    enum Stage { adopted, refreshed, refreshed_again, ended };
    const Slots& slots(Stage stage) const { return stages_.at(stage); }
    const std::string& token(Stage stage) const { return tokens_.at(stage); }

    void put(const Slots& slots);
    Slots found() const;
    std::string slot(char which) const { return files.path(key, which == 'a' ? ".a" : ".b"); }
    // Every stored byte: what is there before is there after, or was set aside.
    bool keeps(const Bytes& content) const;
    void clear_quarantine();

    // Opens the session in a new process without a network, looks, asks for a token, closes.
    Seen look(char key_byte = 'k');
    // The same process opens, `then` happens, and the session is looked at.
    void in_process(World& world, char key_byte, const std::function<void(Session&)>& then);
    SessionConfig config_in(World& world, char key_byte = 'k');

    FileWorld files;
    RecordKey key;

  private:
    std::vector<Slots> stages_;
    std::vector<std::string> tokens_;
};

// Never a session, never "there is none and nobody ended it": the storage's own code.
void expect_sick(const Seen& seen, Code code, const std::string& what);
void PrintTo(const Seen& seen, std::ostream* out);

}  // namespace credit::test
