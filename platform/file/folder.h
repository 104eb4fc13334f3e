// The folder that holds the records: ours alone (0700), made when first needed, never followed
// through a link.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/ports/secure_store.h"
#include "platform/file/descriptor.h"

namespace credit {

using FolderRef = std::shared_ptr<const Descriptor>;

class Folder {
  public:
    explicit Folder(const std::string& path);

    enum class Missing { report, create };
    // Hands out the open folder and answers `present`; `absent` when it does not exist and was not
    // to be made. Checks owner and mode at every call. Thread-safe.
    StoreResult open(Missing missing, FolderRef& folder);

  private:
    StoreResult open_path(Missing missing);
    StoreResult create();

    std::mutex mutex_;
    const std::string
        path_;  // absolute, so that a later chdir() of the host does not move the store
    FolderRef open_;
};

}  // namespace credit
