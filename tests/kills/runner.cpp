#include "tests/kills/runner.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sandbox_driver.h"
#include "tests/kills/evidence.h"
#include "tests/kills/faults.h"

namespace credit::test {
namespace {

constexpr const char* kBorrower = "borrower-1";
constexpr std::int64_t kPastTheToken = 31 * 60 * 1000;
constexpr std::int64_t kHealAgain = 6'000;
const std::vector<std::string> kToken = {"token", "--raw"};

class CaseRun {
  public:
    CaseRun(Device& device, const Case& one) : device_(device), case_(one) {}

    Outcome run() {
        const bool cut = std::any_of(case_.faults.begin(), case_.faults.end(),
                                     [](const Fault& f) { return f.kind == "power-cut"; });
        device_.begin_case(case_.model, cut);
        prepare();
        suffer_all();
        recover();
        judge();
        return std::move(out_);
    }

  private:
    void must(const std::vector<std::string>& arguments) {
        const Answer answer = device_.run(arguments);
        if (!answer.said_ok()) throw std::runtime_error("it could not begin: " + answer.text());
    }

    void prepare() {
        const std::string& command = case_.command;
        if (command == "adopt") {
            // As the app's own backend would hand it on; the whole reply of the platform.
            device_.set_input(device_.sandbox().start(kBorrower, "start-1").body);
            command_ = {"adopt"};
            return;
        }
        command_ = {command};
        if (command == "start") return;
        must({"start"});
        if (command == "token" || command == "heal") command_ = kToken;
        if (command == "call") command_ = {"call", "GET", "/api/v1/headless/journeys"};
        if (command == "token" || command == "heal" || command == "call") {
            device_.pass_time(kPastTheToken);
        }
        if (command == "heal") {
            device_.sandbox().admin("POST", "/revoke", {{"borrowerExternalID", kBorrower}});
        }
    }

    void suffer_all() {
        for (std::size_t i = 0; i < case_.faults.size(); ++i) {
            Suffered now = suffer(device_, i == 0 ? command_ : kToken, case_.faults[i],
                                  [this] { note_what_was_unavoidable(); });
            out_.kills += now.kills;
            out_.fired = out_.fired || now.fired;
            if (i == 0) announced_ = now.answer.said_done();
            note_generation(now.answer);
            for (std::string& text : now.problems)
                problem(std::move(text));
            note_corruption(now.answer);
            note_what_was_unavoidable();
        }
    }

    // R17: what was handed out is never followed by something older.
    void note_generation(const Answer& answer) {
        const std::int64_t generation = answer.said_ok() ? answer.json.value("generation", 0) : 0;
        if (generation == 0) return;
        if (generation < generation_) problem("the generation went back");
        generation_ = generation;
    }

    void note_corruption(const Answer& answer) {
        if (answer.name() == "storage_corrupt" || device_.has_quarantined_files()) {
            out_.corrupt = true;
        }
    }

    // The platform has rotated and the store still holds what it rotated away: such a platform
    // takes that for theft.
    void note_what_was_unavoidable() {
        if (unavoidable_ || !is_strict(case_.model)) return;
        const Evidence seen = read_ledger(device_.sandbox().ledger());
        const Answer status = device_.run({"status"});
        const std::int64_t stored = status.said_ok() ? status.json.value("generation", 0) : 0;
        unavoidable_ = seen.rotations >= stored;
    }

    void recover() {
        if (case_.command == "end") return recover_end();
        // R25: who died while asking the provider asks again after 5 s, so that a crash loop does
        // not become a storm.
        if (case_.command == "heal") device_.pass_time(kHealAgain);
        Answer answer = device_.run(kToken);
        const bool may_be_absent = case_.command == "start" || case_.command == "adopt";
        if (!answer.said_ok() && may_be_absent && !announced_ && answer.name() == "no_session") {
            const Answer again = device_.run(command_);
            if (!again.said_ok()) problem("the second try: " + again.text());
            answer = device_.run(kToken);
        }
        note_corruption(answer);
        note_generation(answer);
        if (!answer.said_ok()) {
            out_.lost = answer.needs_new_session();
            return problem("the next token: " + answer.text());
        }
        token_ = answer.json.value("token", "");
    }

    void recover_end() {
        Answer answer = device_.run(kToken);
        note_corruption(answer);
        if (answer.said_ok() && announced_) return problem("an ended session is back");
        if (answer.said_ok()) {
            const Answer again = device_.run({"end"});
            if (!again.said_ok()) return problem("the second end: " + again.text());
            answer = device_.run(kToken);
        }
        if (answer.name() != "session_ended") problem("after the end: " + answer.text());
    }

    void judge() {
        const Evidence seen = read_ledger(device_.sandbox().ledger());
        note_corruption({});
        const bool keeps_one = case_.command != "start" && case_.command != "heal";
        const bool minted_again = keeps_one && seen.minted > 1;
        out_.unavoidable = minted_again && unavoidable_;
        out_.healed = out_.unavoidable && !token_.empty();
        if (minted_again && !unavoidable_) {
            out_.lost = true;
            problem("the session was made anew");
        }
        if (seen.key_changed) problem("one refresh token went out with two idempotency keys");
        judge_chain(seen);
        if (!token_.empty()) judge_token(seen);
    }

    void judge_chain(const Evidence& seen) {
        if (seen.reuse > 0 && !unavoidable_) {
            out_.reuse = true;
            problem("the platform saw a spent refresh token");
        }
        if (!is_idempotent(case_.model)) return;
        if (seen.forked) {
            out_.reuse = true;
            problem("the chain of rotations has a fork");
        }
        if (has_suspend()) return;
        const bool one_expiry = case_.command == "token" || case_.command == "call";
        const std::int64_t rotations = seen.rotations + seen.kept;
        if (one_expiry && !out_.lost && rotations != 1) {
            problem(std::to_string(rotations) + " rotations for one expired token");
        }
    }

    // The token handed out is the newest one, and it leads to the one journey there is.
    void judge_token(const Evidence& seen) {
        if (seen.live_session_tokens.empty() || seen.live_session_tokens.back() != token_) {
            problem("the token is not the newest one of the platform");
        }
        const nlohmann::json reply = device_.sandbox().journeys(token_).json();
        const bool listed = reply.is_object() && reply["data"].is_object();
        if (!listed || reply["data"]["items"].size() != 1) {
            out_.healed = false;
            problem("the token does not lead to the journey");
        }
    }

    bool has_suspend() const {
        return std::any_of(case_.faults.begin(), case_.faults.end(),
                           [](const Fault& f) { return f.kind == "suspend"; });
    }

    void problem(std::string text) { out_.problems.push_back(std::move(text)); }

    Device& device_;
    const Case& case_;
    Outcome out_;
    std::vector<std::string> command_;
    std::string token_;
    bool announced_ = false;
    bool unavoidable_ = false;
    std::int64_t generation_ = 0;
};

}  // namespace

Outcome run_case(Device& device, const Case& one) {
    try {
        return CaseRun(device, one).run();
    } catch (const std::exception& error) {
        Outcome out;
        out.problems.push_back(error.what());
        return out;
    }
}

}  // namespace credit::test
