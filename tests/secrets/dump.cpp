#include "tests/secrets/dump.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace credit::secrets {
namespace {

class File {
  public:
    File(int process, const char* name)
        : fd_(::open(("/proc/" + std::to_string(process) + "/" + name).c_str(), O_RDONLY)) {
        if (fd_ < 0) throw std::runtime_error(std::string("cannot be read: ") + name);
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    bool read(void* into, std::size_t size, std::uint64_t at) const {
        return ::pread(fd_, into, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
    }

  private:
    int fd_;
};

// Stops it as a whole: signal-delivery stop, no debugger needed.
class Stopped {
  public:
    explicit Stopped(int process) : process_(process) {
        int status = 0;
        if (::kill(process, SIGSTOP) != 0 || ::waitpid(process, &status, WUNTRACED) != process ||
            !WIFSTOPPED(status))
            throw std::runtime_error("the process does not stand still");
    }
    ~Stopped() { ::kill(process_, SIGCONT); }
    Stopped(const Stopped&) = delete;
    Stopped& operator=(const Stopped&) = delete;

  private:
    int process_;
};

bool belongs(const Mapping& mapping, Part part) {
    if (mapping.has("io") || mapping.name == "[vvar]" || mapping.name == "[vsyscall]") return false;
    return mapping.kept_out_of_dumps() == (part == Part::kept_out);
}

std::vector<bool> present_pages(const File& pagemap, const Mapping& mapping, std::size_t page) {
    std::vector<std::uint64_t> entries((mapping.end - mapping.begin) / page);
    if (!pagemap.read(entries.data(), entries.size() * sizeof(std::uint64_t),
                      mapping.begin / page * sizeof(std::uint64_t)))
        throw std::runtime_error("pagemap cannot be read");
    std::vector<bool> out;
    out.reserve(entries.size());
    for (const std::uint64_t entry : entries)
        out.push_back((entry >> 62) != 0);  // present, or swapped out
    return out;
}

}  // namespace

void read_memory(int process, Part part, const std::function<void(const Piece&)>& on_piece) {
    const Stopped stopped(process);
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const File memory(process, "mem");
    const File pagemap(process, "pagemap");
    std::string bytes;
    for (const Mapping& mapping : mappings_of(std::to_string(process))) {
        if (!belongs(mapping, part)) continue;
        const std::vector<bool> there = present_pages(pagemap, mapping, page);
        for (std::size_t first = 0; first < there.size();) {
            std::size_t last = first;
            while (last < there.size() && there[last])
                ++last;
            if (last == first) {
                ++first;
                continue;
            }
            const std::uintptr_t at = mapping.begin + first * page;
            bytes.resize((last - first) * page);
            if (!memory.read(bytes.data(), bytes.size(), at))
                throw std::runtime_error("memory cannot be read: " + mapping.name);
            on_piece({at, bytes, &mapping});
            first = last;
        }
    }
}

}  // namespace credit::secrets
