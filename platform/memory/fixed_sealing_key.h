// The sealing key the app itself brings: 32 bytes it keeps wherever it keeps its keys.
#pragma once

#include "core/ports/sealing_key.h"

namespace credit {

class FixedSealingKey : public SealingKey {
  public:
    // Null or a length other than 32 bytes is answered `denied` at fetch.
    explicit FixedSealingKey(SecretRef key);
    StoreResult fetch(SecretRef& key) override;

  private:
    SecretRef key_;
};

}  // namespace credit
