// A FileStore in a folder of its own, and hands to do to its files what a bad day does.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file/file_store.h"
#include "tests/contract/store_world.h"

namespace credit {

using Bytes = std::vector<std::byte>;

class FileWorld : public StoreWorld {
  public:
    // On the temporary folder's file system, or in memory where thousands of syncs would only cost
    // time.
    enum class Where { disk, memory };
    explicit FileWorld(Where where = Where::disk);
    ~FileWorld() override;
    FileWorld(const FileWorld&) = delete;
    FileWorld& operator=(const FileWorld&) = delete;

    std::unique_ptr<SecureStore> start_process() override;
    void damage(const RecordKey& key, std::size_t slot) override;
    void make_newer(const RecordKey& key) override;
    std::size_t quarantined(const RecordKey& key) override;

    std::unique_ptr<SecureStore> start_process_with_key(char key_byte);
    // The store's folder; above it lies a scratch folder that goes with this object.
    const std::string& dir() const { return dir_; }
    const std::string& above() const { return above_; }
    std::string path(const RecordKey& key, std::string_view suffix) const;

  private:
    std::string above_;
    std::string dir_;
};

Bytes read_file(const std::string& path);
// Overwrites the content, keeps the file and its mode.
void write_file(const std::string& path, const Bytes& content);
bool exists(const std::string& path);
struct stat stat_of(const std::string& path);
std::vector<std::string> files_in(const std::string& dir);
std::shared_ptr<SealingKey> sealing_key_of(char byte);

}  // namespace credit
