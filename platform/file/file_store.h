// Sealed records in files: two slots per record in a private folder (R1, R2). Linux, Android and,
// with its own sync, Apple.
#pragma once

#include <memory>
#include <string>

#include "core/ports/entropy.h"
#include "core/ports/sealing_key.h"
#include "core/ports/secure_store.h"

namespace credit {

struct FileStoreParts;

class FileStore : public SecureStore {
  public:
    // `dir` is made when first needed, with mode 0700; one that is open to other users or not ours
    // is refused. The key is fetched when first needed and kept until the store and its records are
    // gone.
    FileStore(std::string dir, std::shared_ptr<SealingKey> key, std::shared_ptr<Entropy> entropy);
    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override;

  private:
    std::shared_ptr<FileStoreParts> parts_;
};

}  // namespace credit
