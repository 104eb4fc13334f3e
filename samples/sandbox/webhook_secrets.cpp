#include "sandbox/webhook_secrets.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t min_secret = 16;
constexpr std::size_t max_secret = 255;
constexpr std::size_t random_secret = 40;

WebhookSecret read(const kit::Statement& row) {
    WebhookSecret secret{row.integer(0), row.text(1), std::nullopt};
    if (!row.is_null(2)) secret.retires_at_ms = row.integer(2);
    return secret;
}

WebhookSecret insert(kit::Database& database, const std::string& application_id,
                     const std::string& wanted, std::int64_t now_ms) {
    const std::string secret =
        wanted.empty() ? "whsec_" + kit::random_token(random_secret) : wanted;
    check_webhook_secret(secret);
    database
        .prepare(
            "INSERT INTO webhook_secrets (application_id, secret, made_at_ms) "
            "VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(1, application_id)
        .bind(2, secret)
        .bind(3, now_ms)
        .run();
    if (database.changes() != 1) throw std::invalid_argument("this secret is known already");
    return {database.last_insert_id(), secret, std::nullopt};
}

}  // namespace

void check_webhook_secret(const std::string& secret) {
    const bool visible =
        std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (secret.size() < min_secret || secret.size() > max_secret || !visible) {
        throw std::invalid_argument("a webhook secret has 16 to 255 visible ASCII characters");
    }
}

WebhookSecret current_webhook_secret(kit::Database& database, const std::string& application_id,
                                     const std::string& first, std::int64_t now_ms) {
    const auto good = webhook_secrets(database, application_id, now_ms);
    if (!good.empty()) return good.front();
    // The first application has taken it, the others get their own.
    const bool taken =
        database.prepare("SELECT 1 FROM webhook_secrets WHERE secret = ?").bind(1, first).step();
    return insert(database, application_id, taken ? "" : first, now_ms);
}

std::vector<WebhookSecret> webhook_secrets(kit::Database& database,
                                           const std::string& application_id, std::int64_t now_ms) {
    auto query = database.prepare(
        "SELECT id, secret, retires_at_ms FROM webhook_secrets WHERE application_id = ? "
        "AND (retires_at_ms IS NULL OR retires_at_ms > ?) ORDER BY id DESC");
    query.bind(1, application_id).bind(2, now_ms);
    std::vector<WebhookSecret> good;
    while (query.step())
        good.push_back(read(query));
    return good;
}

WebhookSecret rotate_webhook_secret(kit::Database& database, const std::string& application_id,
                                    const std::string& next, std::int64_t overlap_ms,
                                    std::int64_t now_ms) {
    const WebhookSecret added = insert(database, application_id, next, now_ms);
    database
        .prepare(
            "UPDATE webhook_secrets SET retires_at_ms = min(ifnull(retires_at_ms, ?1), ?1) "
            "WHERE application_id = ? AND id <> ?")
        .bind(1, now_ms + overlap_ms)
        .bind(2, application_id)
        .bind(3, added.id)
        .run();
    return added;
}

std::string signing_secret(kit::Database& database, const std::string& application_id,
                           std::int64_t secret_id, std::int64_t now_ms) {
    const auto good = webhook_secrets(database, application_id, now_ms);
    for (const auto& secret : good) {
        if (secret.id == secret_id) return secret.secret;
    }
    if (good.empty()) throw std::runtime_error("an application with webhooks has no secret");
    return good.front().secret;
}

std::string webhook_signature(const std::string& secret, const std::string& timestamp,
                              const std::string& body) {
    const std::string message = timestamp + "." + body;
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), code.data(),
             &size) == nullptr) {
        throw std::runtime_error("HMAC failed");
    }
    return kit::hex(std::string_view(reinterpret_cast<const char*>(code.data()), size));
}

}  // namespace credit::sandbox
