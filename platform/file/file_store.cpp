#include "platform/file/file_store.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "platform/file/file_record.h"
#include "platform/file/file_store_parts.h"

namespace credit {
namespace {

// Names become file names, so anything but the promised 32 hex digits is a bug of ours, not a path
// to follow.
bool is_record_name(const std::string& name) {
    return name.size() == 32 && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

}  // namespace

FileStore::FileStore(std::string dir, std::shared_ptr<SealingKey> key,
                     std::shared_ptr<Entropy> entropy)
    : parts_(std::make_shared<FileStoreParts>(dir, std::move(key), entropy)) {}

std::unique_ptr<RecordStore> FileStore::open_record(const RecordKey& key) {
    CREDIT_CHECK(is_record_name(key.name));
    return std::make_unique<FileRecord>(parts_, key);
}

}  // namespace credit
