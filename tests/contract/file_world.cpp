#include "tests/contract/file_world.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "platform/memory/fixed_sealing_key.h"
#include "platform/posix/posix_entropy.h"

namespace credit {
namespace fs = std::filesystem;

FileWorld::FileWorld(Where where) {
    const bool in_memory = where == Where::memory && ::access("/dev/shm", W_OK) == 0;
    const fs::path parent = in_memory ? fs::path("/dev/shm") : fs::temp_directory_path();
    above_ = (parent / "credit-store-XXXXXX").string();
    if (::mkdtemp(above_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    dir_ = above_ + "/store";
}

FileWorld::~FileWorld() {
    std::error_code ignored;
    fs::remove_all(above_, ignored);
}

std::unique_ptr<SecureStore> FileWorld::start_process() {
    return start_process_with_key('k');
}

std::unique_ptr<SecureStore> FileWorld::start_process_with_key(char key_byte) {
    return std::make_unique<FileStore>(dir_, sealing_key_of(key_byte),
                                       std::make_shared<PosixEntropy>());
}

void FileWorld::damage(const RecordKey& key, std::size_t slot) {
    const std::string file = path(key, slot == 0 ? ".a" : ".b");
    Bytes content = read_file(file);
    content.at(130) ^= std::byte{0x10};
    write_file(file, content);
}

void FileWorld::make_newer(const RecordKey& key) {
    for (const char* suffix : {".a", ".b"}) {
        Bytes content = read_file(path(key, suffix));
        const auto head = encode_header(header_of(key, 1000));
        std::copy(head.begin(), head.end(), content.begin());
        content.at(8) = std::byte{2};
        content.at(100) ^= std::byte{0xff};  // it does not open as format 1 either
        write_file(path(key, suffix), content);
    }
}

std::size_t FileWorld::quarantined(const RecordKey& key) {
    std::size_t count = 0;
    for (const char* suffix : {".q1", ".q2"})
        count += exists(path(key, suffix)) ? 1 : 0;
    return count;
}

std::string FileWorld::path(const RecordKey& key, std::string_view suffix) const {
    return dir_ + "/" + key.name + std::string(suffix);
}

Bytes read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in.is_open()) << path;
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

void write_file(const std::string& path, const Bytes& content) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    EXPECT_TRUE(out.good()) << path;
}

bool exists(const std::string& path) {
    struct stat found{};
    return ::lstat(path.c_str(), &found) == 0;
}

struct stat stat_of(const std::string& path) {
    struct stat found{};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found;
}

std::vector<std::string> files_in(const std::string& dir) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(dir))
        files.push_back(entry.path().string());
    return files;
}

std::shared_ptr<SealingKey> sealing_key_of(char byte) {
    return std::make_shared<FixedSealingKey>(Secret::copy_of(std::string(32, byte)));
}

}  // namespace credit
