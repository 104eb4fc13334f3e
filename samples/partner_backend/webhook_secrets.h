#pragma once

#include <string>
#include <vector>

#include "partner_backend/private_file.h"

namespace credit::partner {

// One secret, or the two of a rotation: what either signed is genuine. From a file, which may be
// changed while the server runs, or a fixed list. Safe from several threads.
class WebhookSecrets {
  public:
    // Throws OptionsError naming `where` when the list cannot be used.
    static std::vector<std::string> parse(const std::string& text, char separator,
                                          const std::string& where);

    explicit WebhookSecrets(std::vector<std::string> fixed);
    explicit WebhookSecrets(const std::string& file);

    // Read again when the file was changed. A file that became unusable leaves those of before.
    std::vector<std::string> current();

  private:
    std::mutex mutex_;
    std::optional<PrivateFile> file_;
    std::vector<std::string> secrets_;
};

}  // namespace credit::partner
