// The sealed files, other processes, sick stores, erasing.
#include <array>

#include "tests/oom/scenario.h"

namespace credit::oom {
namespace {

void used_and_opened_again(Scene& scene) {
    credit_session* session = scene.live();
    if (session == nullptr) return;
    scene.expire_token();
    scene.wait(scene.token(session));
    scene.wait(scene.close(session));
    scene.release(session);
    session = scene.open();
    if (session != nullptr) scene.wait(scene.token(session));
}

void ended_and_erased(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.end(session));
    scene.release(session);
    if (credit_config* const config = scene.configure()) scene.wait(scene.erase(config));
}

void erased(Scene& scene) {
    credit_session* const session = scene.live();
    credit_config* const config = session == nullptr ? nullptr : scene.configure();
    if (config == nullptr) return;
    scene.wait(scene.close(session));
    scene.release(session);
    scene.wait(scene.erase(config));
}

// The record is damaged: a fact about the store that nothing is deleted for.
void damaged(Scene& scene) {
    credit_session* session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.close(session));
    scene.release(session);
    scene.damage_store();
    session = scene.open();
    if (session == nullptr) return;
    scene.wait(scene.token(session));
    scene.wait(scene.diagnostics(session));
}

void locked_and_unlocked(Scene& scene) {
    credit_session* session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.close(session));
    scene.release(session);
    scene.platform.store_locked = true;
    session = scene.open();
    if (session == nullptr) return;
    scene.wait(scene.token(session));
    scene.platform.store_locked = false;
    scene.saw(scene.of_library(
        [&] { return credit_session_notify(session, CREDIT_HINT_STORAGE_UNLOCKED); }));
    scene.wait(scene.token(session));
}

// Two handles that know nothing of each other write the same records in turn.
void two_processes(Scene& scene) {
    credit_session* const here = scene.live();
    if (here == nullptr) return;
    credit_session* const there = scene.open(scene.configure(1));
    if (there == nullptr) return;
    scene.wait(scene.token(there));
    scene.expire_token();
    scene.wait(scene.token(there));
    scene.wait(scene.token(here));
    scene.expire_token();
    scene.wait(scene.token(here));
    scene.wait(scene.get(there));
}

Setup in_files() {
    Setup setup;
    setup.place = Place::files;
    return setup;
}

}  // namespace

std::span<const Scenario> store_scenarios() {
    static const std::array<Scenario, 9> all = {{
        {"files_used_and_opened_again", in_files(), used_and_opened_again},
        {"files_ended_and_erased", in_files(), ended_and_erased},
        {"files_erased", in_files(), erased},
        {"files_damaged", in_files(), damaged},
        {"store_used_and_opened_again", {}, used_and_opened_again},
        {"store_erased", {}, erased},
        {"store_damaged", {}, damaged},
        {"store_locked_and_unlocked", {}, locked_and_unlocked},
        {"two_processes", {}, two_processes},
    }};
    return all;
}

}  // namespace credit::oom
