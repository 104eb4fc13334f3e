// Every store there is, adapters and fakes, and what the suites over them share.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "tests/contract/store_world.h"

namespace credit {

// Two slots and a quarantine of their own: the sealed file, the memory disk, and the latter behind the hooks of the engine's
// tests.
std::vector<StoreKind> slotted_stores();
// These, and an app's store behind the C API's struct of function pointers, with and without a lock.
std::vector<StoreKind> all_stores();

class StoreFixture : public testing::TestWithParam<StoreKind> {
  protected:
    const std::unique_ptr<StoreWorld> world_ = GetParam().make();
    const std::unique_ptr<SecureStore> store_ = world_->start_process();
    const RecordKey key_ = key_of('a');
    std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

}  // namespace credit
