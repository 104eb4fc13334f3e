#include "tests/kills/power_cut.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tests/kills/journal_format.h"
#include "tests/kills/seeded.h"

namespace credit::test {
namespace {

constexpr std::size_t kSector = 512;

struct Entry {
    ChangeHead head;
    std::string path;
    std::string other;
    std::string data;
    std::uint64_t file = 0;  // for content and creation: which file, even if an inode comes again
    bool durable = false;
    bool never = false;  // its sync failed: no later sync speaks for it
};

std::string read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

std::vector<Entry> read_journal(const std::string& path) {
    const std::string bytes = read_whole(path);
    std::vector<Entry> all;
    std::size_t at = 0;
    const auto take = [&](std::size_t size) {
        if (bytes.size() - at < size) throw std::runtime_error("the shim's journal is cut short");
        at += size;
        return bytes.substr(at - size, size);
    };
    while (at < bytes.size()) {
        Entry entry;
        std::memcpy(&entry.head, take(sizeof entry.head).data(), sizeof entry.head);
        entry.path = take(entry.head.path_size);
        entry.other = take(entry.head.other_size);
        entry.data = take(entry.head.data_size);
        all.push_back(std::move(entry));
    }
    return all;
}

bool is_content(Change change) {
    return change == Change::write || change == Change::resize;
}

bool is_name(Change change) {
    return change == Change::make_folder || change == Change::create || change == Change::rename ||
           change == Change::unlink;
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// Which changes a sync made durable, and which file each one is about.
void settle(std::vector<Entry>& all) {
    std::map<std::uint64_t, std::uint64_t> file_of_inode;
    std::uint64_t files = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Entry& entry = all[i];
        const Change change = entry.head.change;
        if (change == Change::create) file_of_inode[entry.head.inode] = ++files;
        entry.file = file_of_inode[entry.head.inode];
        for (std::size_t j = 0; j < i; ++j) {
            Entry& earlier = all[j];
            const bool same_file = is_content(earlier.head.change) && earlier.file == entry.file;
            if (change == Change::failed_sync && same_file && !earlier.durable) {
                earlier.never = true;
            }
            if (change == Change::sync_file && same_file && !earlier.never) earlier.durable = true;
            if (change == Change::sync_folder && is_name(earlier.head.change) &&
                parent_of(earlier.path) == entry.path) {
                earlier.durable = true;
            }
        }
    }
}

// What of the changes that are not durable arrived all the same.
class Fate {
  public:
    Fate(std::uint64_t seed, std::size_t entries)
        : mode_(seed % 5), random_(seed), prefix_(random_.below(entries + 1)) {}

    bool name_arrives(std::size_t index) {
        switch (mode_) {
            case 0:
                return false;
            case 1:
                return true;
            case 2:
                return index < prefix_;
            default:
                return random_.chance(50);
        }
    }
    bool sector_arrives(std::size_t index) { return name_arrives(index); }

  private:
    std::uint64_t mode_;
    Seeded random_;
    std::uint64_t prefix_;
};

struct Disk {
    std::set<std::string> folders;
    std::map<std::string, std::uint64_t> names;  // path -> file
    std::map<std::uint64_t, std::string> contents;
};

void put(std::string& content, std::size_t at, const std::string& data) {
    if (content.size() < at + data.size()) content.resize(at + data.size());
    content.replace(at, data.size(), data);
}

void apply_content(Disk& disk, const Entry& entry, std::size_t index, Fate& fate) {
    std::string& content = disk.contents[entry.file];
    const auto offset = static_cast<std::size_t>(entry.head.offset);
    if (entry.head.change == Change::resize) {
        if (entry.durable || fate.name_arrives(index)) content.resize(offset);
        return;
    }
    for (std::size_t at = 0; at < entry.data.size(); at += kSector) {
        if (entry.durable || fate.sector_arrives(index)) {
            put(content, offset + at, entry.data.substr(at, kSector));
        }
    }
}

void apply_name(Disk& disk, const Entry& entry) {
    switch (entry.head.change) {
        case Change::make_folder:
            disk.folders.insert(entry.path);
            return;
        case Change::create:
            disk.names[entry.path] = entry.file;
            return;
        case Change::unlink:
            disk.names.erase(entry.path);
            return;
        default:
            break;
    }
    const auto found = disk.names.find(entry.path);
    if (found == disk.names.end()) return;
    disk.names[entry.other] = found->second;
    disk.names.erase(entry.path);
}

// A change of names that builds on one that did not arrive cannot arrive either.
Disk disk_after(const std::vector<Entry>& all, std::uint64_t seed) {
    Fate fate(seed, all.size());
    Disk disk;
    std::set<std::string> missing;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Entry& entry = all[i];
        if (is_content(entry.head.change)) apply_content(disk, entry, i, fate);
        if (!is_name(entry.head.change)) continue;
        const bool builds_on_missing =
            missing.count(entry.path) != 0 || missing.count(entry.other) != 0;
        if (entry.durable || (!builds_on_missing && fate.name_arrives(i))) {
            apply_name(disk, entry);
        } else {
            missing.insert(entry.path);
            if (!entry.other.empty()) missing.insert(entry.other);
        }
    }
    return disk;
}

void write_file(const std::string& path, const std::string& content) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written = fd >= 0 && ::write(fd, content.data(), content.size()) ==
                                        static_cast<ssize_t>(content.size());
    if (fd >= 0) ::close(fd);
    if (!written) throw std::runtime_error("cannot write the disk after a power cut");
}

}  // namespace

void cut_power(const std::string& journal, const std::string& folder, std::uint64_t seed) {
    std::vector<Entry> all = read_journal(journal);
    settle(all);
    const Disk disk = disk_after(all, seed);
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        std::filesystem::remove_all(entry.path());
    for (const std::string& path : disk.folders) {
        if (::mkdir((folder + "/" + path).c_str(), 0700) != 0) {
            throw std::runtime_error("cannot make a folder after a power cut");
        }
    }
    for (const auto& [path, file] : disk.names) {
        // Its folder may have gone with its name.
        const std::string parent = parent_of(path);
        if (!parent.empty() && disk.folders.count(parent) == 0) continue;
        const auto content = disk.contents.find(file);
        write_file(folder + "/" + path, content == disk.contents.end() ? "" : content->second);
    }
}

}  // namespace credit::test
