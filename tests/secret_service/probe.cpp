// Fetches the Secret Service's sealing key once or more and says what came of it, one JSON object a line. The key itself is
// shown as a hash: the tests compare keys, nobody needs them.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "platform/posix/posix_entropy.h"
#include "platform/secret_service/secret_service_key.h"

namespace credit {
namespace {

const char* name_of(StoreAnswer answer) {
    static constexpr const char* kNames[] = {"present",   "done",         "absent",  "locked",
                                             "transient", "denied",       "corrupt", "wrong_key",
                                             "key_lost",  "newer_format", "full",    "unsupported"};
    return kNames[static_cast<std::size_t>(answer)];
}

std::string shown(const SecretRef& key) {
    if (key == nullptr) return "";
    std::string text = std::to_string(key->size()) + ":";
    for (const std::uint8_t byte : label_hash("keyring probe", key->view())) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(byte));
        text += two;
    }
    return text;
}

struct Arguments {
    SecretServiceSettings settings;
    int fetches = 1;
};

Arguments parse(int count, char** words) {
    Arguments out;
    out.settings.origin = "https://platform.example";
    out.settings.patience = Millis{3000};
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const std::string value = word.substr(word.find('=') + 1);
        const auto is = [&](const char* name) { return word.rfind(name, 0) == 0; };
        if (word == "--prompt") out.settings.allow_prompt = true;
        if (word == "--live") out.settings.environment = Environment::live;
        if (is("--origin=")) out.settings.origin = value;
        if (is("--patience=")) out.settings.patience.count = std::atoll(value.c_str());
        if (is("--prompt-patience=")) {
            out.settings.prompt_patience.count = std::atoll(value.c_str());
        }
        if (is("--prompt-pause=")) out.settings.prompt_pause.count = std::atoll(value.c_str());
        if (is("--fetches=")) out.fetches = std::atoi(value.c_str());
    }
    return out;
}

void report(SecretServiceKey& source) {
    using Clock = std::chrono::steady_clock;
    const auto begun = Clock::now();
    SecretRef key;
    const StoreResult result = source.fetch(key);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    std::printf(
        "{\"answer\": \"%s\", \"code\": %d, \"detail\": \"%s\", \"key\": \"%s\", \"ms\": %lld}\n",
        name_of(result.answer), static_cast<int>(code_of(result.answer)), result.detail.c_str(),
        shown(key).c_str(), static_cast<long long>(took.count()));
    std::fflush(stdout);
}

}  // namespace
}  // namespace credit

int main(int count, char** words) {
    const credit::Arguments arguments = credit::parse(count, words);
    credit::SecretServiceKey source(arguments.settings, std::make_shared<credit::PosixEntropy>());
    credit::report(source);
    // Between two fetches the test changes the world, and says go.
    for (int i = 1; i < arguments.fetches && std::getchar() != EOF; ++i)
        credit::report(source);
    return 0;
}
