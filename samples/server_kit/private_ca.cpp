#include "server_kit/private_ca.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "server_kit/certificate.h"
#include "server_kit/ids.h"

namespace credit::kit {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

// Holds the folder while something is made in it. The kernel lets go of it if the program dies.
class FolderLock {
  public:
    explicit FolderLock(const std::string& folder)
        : fd_(open((folder + "/.lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) {
        if (fd_ < 0) fail("cannot open the lock file in " + folder);
        while (flock(fd_, LOCK_EX) != 0) {
            if (errno != EINTR) fail("cannot lock " + folder);
        }
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock() { close(fd_); }

  private:
    int fd_;
};

void write_all(int fd, const std::string& text, const std::string& path) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t written = write(fd, text.data() + done, text.size() - done);
        if (written < 0 && errno != EINTR) fail("cannot write " + path);
        if (written > 0) done += static_cast<std::size_t>(written);
    }
}

// Readers of `path` see the old file or the whole new one, never a part.
void write_atomically(const std::string& path, const std::string& text) {
    const std::string fresh = path + "." + random_token(8);
    const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) fail("cannot create " + fresh);
    write_all(fd, text, fresh);
    if (close(fd) != 0 || rename(fresh.c_str(), path.c_str()) != 0) fail("cannot write " + path);
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || text.str().empty()) throw std::runtime_error("cannot read " + path);
    return text.str();
}

bool both_exist(const std::string& one, const std::string& other) {
    return std::filesystem::exists(one) && std::filesystem::exists(other);
}

void store(const Identity& identity, const std::string& cert_file, const std::string& key_file) {
    write_atomically(key_file, to_pem(identity.key.get()));
    write_atomically(cert_file, to_pem(identity.certificate.get()));
}

Identity take_or_make_ca(const std::string& cert_file, const std::string& key_file) {
    if (both_exist(cert_file, key_file)) {
        return from_pem(read_file(cert_file), read_file(key_file));
    }
    Identity ca = make_ca();
    store(ca, cert_file, key_file);
    return ca;
}

std::string make_private_folder(std::string folder) {
    while (folder.size() > 1 && folder.back() == '/')
        folder.pop_back();
    const auto parent = std::filesystem::path(folder).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot create " + folder);
    return folder;
}

}  // namespace

TlsIdentity make_or_take_identity(const std::string& ca_folder, const std::string& server_name) {
    const std::string ca_dir = make_private_folder(ca_folder);
    const FolderLock lock(ca_dir);
    const Identity ca = take_or_make_ca(ca_dir + "/ca.pem", ca_dir + "/ca.key");
    const TlsIdentity files{ca_dir + "/ca.pem", ca_dir + "/" + server_name + ".pem",
                            ca_dir + "/" + server_name + ".key"};
    if (both_exist(files.cert_file, files.key_file) &&
        belongs_to(from_pem(read_file(files.cert_file), read_file(files.key_file)), ca)) {
        return files;
    }
    store(make_server_identity(ca), files.cert_file, files.key_file);
    return files;
}

std::string make_private_temp_dir(const std::string& prefix) {
    std::string folder = (std::filesystem::temp_directory_path() / (prefix + "XXXXXX")).string();
    if (mkdtemp(folder.data()) == nullptr) fail("cannot create a folder like " + folder);
    return folder;
}

}  // namespace credit::kit
