#include "partner_backend/webhook_secrets.h"

#include <spdlog/spdlog.h>

#include <sstream>

#include "partner_backend/header_rules.h"
#include "partner_backend/options.h"

namespace credit::partner {

namespace {
constexpr std::size_t kMostSecrets = 2;
constexpr std::size_t kShortestSecret = 16;
constexpr const char* kFileOption = "--webhook-secrets-file";
}  // namespace

std::vector<std::string> WebhookSecrets::parse(const std::string& text, char separator,
                                               const std::string& where) {
    std::vector<std::string> secrets;
    std::istringstream rest(text);
    for (std::string part; std::getline(rest, part, separator);) {
        const std::string secret = trimmed(part);
        if (secret.empty()) continue;
        if (secret.size() < kShortestSecret || !is_valid_bearer(secret)) {
            throw OptionsError(where + ": a secret needs 16 or more visible ASCII characters");
        }
        secrets.push_back(secret);
    }
    if (secrets.empty() || secrets.size() > kMostSecrets) {
        throw OptionsError(where + ": expected one secret, or two during a rotation");
    }
    return secrets;
}

WebhookSecrets::WebhookSecrets(std::vector<std::string> fixed) : secrets_(std::move(fixed)) {}

WebhookSecrets::WebhookSecrets(const std::string& file)
    : file_(std::in_place, file, kFileOption), secrets_(parse(file_->read(), '\n', kFileOption)) {}

std::vector<std::string> WebhookSecrets::current() {
    const std::lock_guard lock(mutex_);
    try {
        if (file_ && file_->has_changed()) secrets_ = parse(file_->read(), '\n', kFileOption);
    } catch (const OptionsError& error) {
        spdlog::error("webhook secrets stay as they were: {}", error.what());
    }
    return secrets_;
}

}  // namespace credit::partner
