// A folder in memory where there is one, for stores whose syncs would only cost time. Goes with the process.
#pragma once

#include <optional>
#include <string>

namespace credit::fuzz {

class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    // The store's own folder inside, with the mode a store insists on.
    const std::string& store() const noexcept { return store_; }
    std::string path(std::string_view name) const { return store_ + "/" + std::string(name); }
    void write(std::string_view name, std::string_view content) const;
    std::optional<std::string> read(std::string_view name) const;  // nothing: no such file
    void remove(std::string_view name) const;
    void clear() const;

  private:
    std::string above_;
    std::string store_;
};

}  // namespace credit::fuzz
