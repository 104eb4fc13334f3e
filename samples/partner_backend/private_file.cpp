#include "partner_backend/private_file.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "partner_backend/options.h"

namespace credit::partner {

namespace {
constexpr std::int64_t kLargest = std::int64_t{64} * 1024;
constexpr unsigned kOthers = S_IRWXG | S_IRWXO;
}  // namespace

std::optional<PrivateFile::Version> PrivateFile::version() const {
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    // The status change time also tells of a write within one tick that kept the size.
    return Version{status.st_ino, status.st_size,
                   std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec,
                   std::int64_t{status.st_mode}};
}

bool PrivateFile::has_changed() const {
    return version() != seen_;
}

std::string PrivateFile::read() {
    // Noted before it is read: a change in between is then found the next time.
    seen_ = version();
    if (!seen_) throw OptionsError(named_ + ": no such file: " + path_);
    if ((static_cast<unsigned>(std::get<3>(*seen_)) & kOthers) != 0) {
        throw OptionsError(named_ + ": open to other users, chmod 600 " + path_);
    }
    if (std::get<1>(*seen_) > kLargest) throw OptionsError(named_ + ": larger than 64 KiB");
    std::ifstream file(path_, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) throw OptionsError(named_ + ": cannot be read: " + path_);
    return text;
}

}  // namespace credit::partner
