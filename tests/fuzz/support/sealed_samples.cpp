#include "tests/fuzz/support/sealed_samples.h"

#include "platform/memory/counting_entropy.h"
#include "platform/memory/fixed_sealing_key.h"
#include "tests/fuzz/support/check.h"

namespace credit::fuzz {

std::shared_ptr<SealingKey> sealing_key(char byte) {
    return std::make_shared<FixedSealingKey>(
        Secret::copy_of(std::string(SealingKey::kBytes, byte)));
}

std::unique_ptr<Sealer> unlocked_sealer(char key_byte) {
    auto sealer =
        std::make_unique<Sealer>(sealing_key(key_byte), std::make_shared<CountingEntropy>(7));
    FUZZ_CHECK(sealer->unlock().answer == StoreAnswer::present);
    return sealer;
}

std::string sealed(const Sealer& sealer, RecordHeader header, std::string_view body) {
    const auto image = std::make_unique<SlotBytes>();
    header.key_check = sealer.key_check();
    const std::size_t size = sealer.seal(header, body, *image);
    return {reinterpret_cast<const char*>(image->data()), size};
}

}  // namespace credit::fuzz
