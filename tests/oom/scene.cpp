#include "tests/oom/scene.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace credit::oom {
namespace {

using test::MemoryGate;

constexpr std::chrono::milliseconds kPatience{2};
constexpr int kMostRounds =
    4'000;  // of that patience; what waits for real time has five times as many
constexpr std::int64_t kRoundMs = 5'000;  // of the platform's time, in each

std::string make_folder() {
    for (const char* above : {"/dev/shm", "/tmp"}) {
        std::string path = std::string(above) + "/credit-oom-XXXXXX";
        if (::mkdtemp(path.data()) != nullptr) return path;
    }
    return {};
}

credit_session* keeper = nullptr;
std::uint64_t keeper_objects = 0;

[[noreturn]] void hangs(const std::string& what) {
    std::fprintf(stderr, "hangs: %s\n", what.c_str());
    std::abort();
}

}  // namespace

Scene::Scene(Setup setup) : setup_(std::move(setup)) {
    constexpr std::int64_t kBetweenScenesMs = 600'000;
    Platform::advance(kBetweenScenesMs);
    if (setup_.place == Place::files) folder_ = make_folder();
    platform.backend_managed = setup_.route == CREDIT_REFRESH_BACKEND_MANAGED;
}

Scene::~Scene() {
    remove_folder();
}

void Scene::remove_folder() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void Scene::blame(const std::string& what) {
    if (fault_.empty()) fault_ = what;
}

void Scene::expect(bool fact, const char* otherwise) {
    if (!fact) blame(otherwise);
}

credit_code Scene::saw(credit_code code) {
    if (code == CREDIT_INTERNAL) blame("an internal error where memory was missing");
    return code;
}

void Scene::keep_engine() {
    if (keeper != nullptr) return;
    static Scene* const scene = new Scene(Setup{});
    credit_config* const config = scene->configure();
    keeper = scene->open(config, "keeper");
    scene->wait(scene->diagnostics(keeper));
    keeper_objects = credit_debug_live_objects();
}

std::uint64_t Scene::kept_alive() {
    return keeper_objects;
}

// Makes the engine look at its timers.
void Scene::nudge() {
    Platform::advance(kRoundMs);
    if (keeper != nullptr) (void)credit_session_cancel(keeper, 1);
    for (credit_session* session : sessions_)
        (void)credit_session_cancel(session, 1);
}

Scene::Pending& Scene::make(Belief success, bool changes) {
    pending_.emplace_back();
    Pending& made = pending_.back();
    made.scene = this;
    made.success = success;
    made.changes = changes;
    return made;
}

Answer& Scene::took(Pending& pending, credit_code code) {
    const std::lock_guard<std::mutex> hold(mutex_);
    pending.answer.accepted = code == CREDIT_OK;
    if (code == CREDIT_OK) return pending.answer;
    pending.answer.code = saw(code);
    return pending.answer;
}

void Scene::answered(Pending& pending, const credit_error* error, std::string text, int status) {
    const std::lock_guard<std::mutex> hold(mutex_);
    Answer& answer = pending.answer;
    answer.calls += 1;
    answer.code = saw(credit_error_code(error));
    answer.text = std::move(text);
    answer.status = status;
    if (error != nullptr) answer.text = text_of(credit_error_message(error));
    const bool good = answer.code == CREDIT_OK;
    if (pending.changes && good) belief_ = pending.success;
    if (pending.changes && !good && belief_ != pending.success) belief_ = Belief::unknown;
    changed_.notify_all();
}

void Scene::on_done(void* context, const credit_error* error) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    pending.scene->answered(pending, error);
}

void Scene::on_token(void* context, credit_token* token, const credit_error* error) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    pending.scene->answered(pending, error, text_of(credit_token_value(token)));
}

void Scene::on_response(void* context, credit_response* response, const credit_error* error) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    pending.scene->answered(pending, error, text_of(credit_response_body(response)),
                            credit_response_status(response));
}

void Scene::on_journey(void* context, credit_journey* journey, const credit_error* error) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    pending.scene->answered(pending, error, text_of(credit_journey_id(journey)));
}

void Scene::on_text(void* context, credit_str text, const credit_error* error) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    pending.scene->answered(pending, error, text_of(text));
}

void Scene::on_state(void* context, const credit_state_info*) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    const std::lock_guard<std::mutex> hold(pending.scene->mutex_);
    if (pending.answer.released) pending.scene->blame("a report after the observer's release");
}

void Scene::on_released(void* context) {
    const MemoryGate::Own own;
    auto& pending = *static_cast<Pending*>(context);
    pending.answer.released = true;
    pending.scene->answered(pending, nullptr);
}

void Scene::wait(Answer& answer) {
    if (!answer.accepted) return;
    std::unique_lock<std::mutex> hold(mutex_);
    const int rounds = setup_.real_url.empty() ? kMostRounds : 5 * kMostRounds;
    for (int round = 0; round < rounds; ++round) {
        if (changed_.wait_for(hold, kPatience, [&] { return answer.calls != 0; })) return;
        hold.unlock();
        nudge();
        hold.lock();
    }
    hangs("an accepted operation is not answered");
}

void Scene::wait_all() {
    for (Pending& pending : pending_) {
        if (pending.answer.released) wait(pending.answer);
    }
}

void Scene::release(credit_session* session) {
    if (session == nullptr) return;
    const auto at = std::find(sessions_.begin(), sessions_.end(), session);
    if (at != sessions_.end()) sessions_.erase(at);
    of_library([&] { credit_session_release(session); });
}

bool Scene::settled() {
    return credit_debug_live_objects() == keeper_objects && platform.released == platform.taken;
}

void Scene::finish() {
    platform.hold(false);
    platform.release_held();
    while (!sessions_.empty())
        release(sessions_.back());
    for (credit_config* config : configs_)
        of_library([&] { credit_config_release(config); });
    configs_.clear();
    std::unique_lock<std::mutex> hold(mutex_);
    for (int round = 0; !settled(); ++round) {
        if (round == kMostRounds) {
            hangs("objects stay alive: " +
                  std::to_string(credit_debug_live_objects() - keeper_objects) +
                  ", tables: " + std::to_string(platform.taken - platform.released));
        }
        if (changed_.wait_for(hold, std::chrono::microseconds(100), [&] { return settled(); }))
            break;
        hold.unlock();
        platform.release_held();
        if (round % 20 == 19) nudge();
        hold.lock();
    }
    hold.unlock();
    check_answers();
}

void Scene::check_answers() {
    for (const Pending& pending : pending_) {
        const int wanted = pending.answer.accepted ? 1 : 0;
        if (pending.answer.calls != wanted)
            blame("answered " + std::to_string(pending.answer.calls) + " times instead of " +
                  std::to_string(wanted));
    }
    if (platform.reuses != 0) blame("an old refresh token was sent again");
    if (platform.unbalanced != 0) blame("the commit lock is not balanced");
}

// What did not work may be tried again only later: healing that was under way waits for its turn (R25).
const Answer& Scene::patient_token(credit_session* session) {
    constexpr int kTries = 20;
    constexpr std::int64_t kPauseMs = 60'000;
    // The platform's time runs ahead of a storage thread that gets no processor, so its store seems to hang. That one
    // is waited for by the clock on the wall.
    constexpr std::chrono::seconds kPatience{20};
    const auto began = std::chrono::steady_clock::now();
    Answer* answer = &token(session);
    wait(*answer);
    for (int i = 0; i < kTries && credit_code_is_retryable(answer->code) == 1; ++i) {
        const bool hangs = answer->code == CREDIT_STORAGE_TRANSIENT;
        if (hangs && std::chrono::steady_clock::now() - began < kPatience) {
            i = 0;
        } else {
            Platform::advance(kPauseMs);
        }
        answer = &token(session);
        wait(*answer);
    }
    return *answer;
}

bool Scene::check_session(credit_session* session) {
    const Answer& token = patient_token(session);
    if (token.code != CREDIT_OK) {
        const bool damage = damaged_ && token.code == CREDIT_STORAGE_CORRUPT;
        if (!damage && credit_code_needs_new_session(token.code) == 0)
            blame("afterwards a token is refused with " + std::to_string(token.code));
        return false;
    }
    Answer& call = get(session);
    wait(call);
    if (call.code != CREDIT_OK || call.status != 200)
        blame("afterwards a call fails with " + std::to_string(call.code) + ", status " +
              std::to_string(call.status) + ": " + call.text);
    Answer& journey = this->journey(session, true);
    wait(journey);
    if (journey.code != CREDIT_OK || journey.text != "j-1") blame("the journey is another");
    return true;
}

void Scene::check_afterwards() {
    platform.calm();
    const Belief belief = damaged_ || uncertain_ ? Belief::unknown : belief_;
    credit_session* session = open();
    if (session == nullptr) return blame("afterwards the session does not open");
    const bool live = check_session(session);
    if (live && belief == Belief::none) blame("there is a session where there was none");
    if (!live && belief == Belief::live) blame("the session is lost");
    if (!live && fault_.empty()) {
        wait(adopt(session));
        if (!check_session(session)) blame("afterwards no session can be adopted");
    }
    wait_all();
    finish();
}

void Scene::damage_store() {
    damaged_ = true;
    platform.corrupt_records();
    if (folder_.empty()) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (!entry.is_regular_file() || entry.file_size() < 1000) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(150);
        file << "damaged";
    }
}

}  // namespace credit::oom
