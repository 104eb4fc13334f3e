#include "tests/secrets/canaries.h"

#include <sys/random.h>

#include <stdexcept>

#include "core/platform_api/idempotency.h"

namespace credit::secrets {
namespace {

constexpr const char* kTokenLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string from_hex(const std::string& digits) {
    std::string out;
    for (std::size_t i = 0; i + 2 <= digits.size(); i += 2)
        out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return out;
}

}  // namespace

std::string random_bytes(std::size_t size) {
    std::string out(size, '\0');
    if (::getrandom(out.data(), size, 0) != static_cast<ssize_t>(size))
        throw std::runtime_error("no randomness");
    return out;
}

std::string Canaries::invent(const std::string& name, const std::string& prefix, std::size_t size,
                             const char* alphabet) {
    const std::string letters = alphabet != nullptr ? alphabet : kTokenLetters;
    std::string value = prefix;
    for (const char c : random_bytes(size))
        value += letters[static_cast<unsigned char>(c) % letters.size()];
    add(name, value);
    return value;
}

void Canaries::add(const std::string& name, const std::string& value) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (!table_.add(static_cast<std::uint32_t>(names_.size()), value))
        throw std::runtime_error("no room for another needle");
    names_.push_back(name);
}

std::string Canaries::add_refresh_key(const std::string& number, const std::string& token) {
    const std::string key = derive_refresh_key(token, 0, 0);
    std::string digits = key;
    std::erase(digits, '-');
    add("refresh key " + number, key);
    add("refresh key " + number + " in binary", from_hex(digits));
    return key;
}

std::vector<std::string> Canaries::names() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return names_;
}

}  // namespace credit::secrets
