#include <Block/Block.h>
#include <CoreFoundation/CoreFoundation.h>
#include <objc/runtime.h>

#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "tests/apple/darwin_double/darwin_double.h"

namespace credit::test {
namespace {

using Block = void (^)(BOOL expired);
using suspension::Answer;

struct Activity {
    Block block = nullptr;
    bool running = true;
    std::thread thread;
};

struct State {
    std::mutex mutex;
    std::condition_variable changed;
    Answer answer = Answer::grant;
    int asked = 0;
    std::list<Activity> activities;
};

State& state() {
    static State one;
    return one;
}

void perform(Block block) {
    State& all = state();
    const std::lock_guard<std::mutex> hold(all.mutex);
    ++all.asked;
    if (all.answer == Answer::never) return;
    const bool refused = all.answer == Answer::refuse;
    Activity& activity = all.activities.emplace_back();
    activity.block = Block_copy(block);
    activity.thread = std::thread([&all, &activity, refused] {
        activity.block(refused);
        const std::lock_guard<std::mutex> done(all.mutex);
        activity.running = false;
        all.changed.notify_all();
    });
}

}  // namespace

namespace suspension {

void set_answer(Answer answer) {
    const std::lock_guard<std::mutex> hold(state().mutex);
    state().answer = answer;
}

void expire_all() {
    State& all = state();
    std::list<Block> blocks;
    {
        const std::lock_guard<std::mutex> hold(all.mutex);
        for (Activity& activity : all.activities) {
            if (activity.running) blocks.push_back(Block_copy(activity.block));
        }
    }
    for (const Block block : blocks) {
        block(true);
        Block_release(block);
    }
}

int running() {
    State& all = state();
    const std::lock_guard<std::mutex> hold(all.mutex);
    int count = 0;
    for (const Activity& activity : all.activities)
        count += activity.running ? 1 : 0;
    return count;
}

int asked() {
    const std::lock_guard<std::mutex> hold(state().mutex);
    return state().asked;
}

void reset() {
    State& all = state();
    for (Activity& activity : all.activities) {
        activity.thread.join();
        Block_release(activity.block);
    }
    const std::lock_guard<std::mutex> hold(all.mutex);
    all.activities.clear();
    all.answer = Answer::grant;
    all.asked = 0;
}

}  // namespace suspension
}  // namespace credit::test

// The classes and selectors are only ever compared.
extern "C" {

Class objc_getClass(const char* name) {
    static int process_info = 0;
    return std::string(name) == "NSProcessInfo" ? reinterpret_cast<Class>(&process_info) : nullptr;
}

Class object_getClass(id object) {
    return reinterpret_cast<Class>(object);
}

SEL sel_registerName(const char* name) {
    static std::mutex mutex;
    static std::set<std::string> names;
    const std::lock_guard<std::mutex> hold(mutex);
    return reinterpret_cast<SEL>(const_cast<char*>(names.insert(name).first->c_str()));
}

BOOL class_respondsToSelector(Class, SEL selector) {
    const std::string name = reinterpret_cast<const char*>(selector);
    credit::test::State& all = credit::test::state();
    const std::lock_guard<std::mutex> hold(all.mutex);
    return name == "performExpiringActivityWithReason:usingBlock:" &&
           all.answer != credit::test::suspension::Answer::no_such_method;
}

void* objc_msgSend(void* self, const char* selector, CFStringRef reason,
                   credit::test::Block block) {
    const std::string name = selector;
    if (name == "processInfo") return self;  // an object and its class are one here
    if (reason != nullptr && CFStringGetLength(reason) > 0) credit::test::perform(block);
    return nullptr;
}

}  // extern "C"
