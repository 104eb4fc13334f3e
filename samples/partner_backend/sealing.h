#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace credit::partner {

// Seals what this server keeps at rest: AES-256-GCM, a random nonce per record, the owner of the
// record as associated data, so that a record moved to another borrower's row does not open.
class Sealer {
  public:
    // Without a key one is drawn for the life of the process.
    explicit Sealer(const std::optional<std::array<unsigned char, 32>>& key);

    // False when the key was drawn here: nothing it sealed can be opened by another process.
    bool lasts() const { return lasts_; }

    // Hex of nonce, cipher text and tag.
    std::string seal(std::string_view plain, std::string_view owner) const;
    // Nothing when the key, the owner or a byte is wrong.
    std::optional<std::string> open(std::string_view sealed, std::string_view owner) const;

  private:
    std::array<unsigned char, 32> key_{};
    bool lasts_ = false;
};

std::optional<std::string> bytes_of_hex(std::string_view hex);

}  // namespace credit::partner
