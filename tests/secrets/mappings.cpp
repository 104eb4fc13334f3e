#include "tests/secrets/mappings.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace credit::secrets {
namespace {

// "55d0c000-55d0d000 rw-p 00000000 00:00 0   [heap]"; the other lines begin with a word and a colon.
bool read_head(const std::string& line, Mapping& out) {
    std::istringstream words(line);
    std::string range;
    std::string skipped;
    if (!(words >> range) || range.back() == ':') return false;
    const auto dash = range.find('-');
    if (dash == std::string::npos) return false;
    out.begin = std::stoull(range.substr(0, dash), nullptr, 16);
    out.end = std::stoull(range.substr(dash + 1), nullptr, 16);
    words >> out.permissions >> skipped >> skipped >> skipped;
    std::getline(words >> std::ws, out.name);
    return true;
}

}  // namespace

bool Mapping::has(const char* flag) const {
    return (flags + " ").find(" " + std::string(flag) + " ") != std::string::npos;
}

std::vector<Mapping> mappings_of(const std::string& process) {
    std::ifstream smaps("/proc/" + process + "/smaps");
    if (!smaps) throw std::runtime_error("smaps cannot be read");
    std::vector<Mapping> out;
    for (std::string line; std::getline(smaps, line);) {
        Mapping head;
        if (read_head(line, head)) {
            out.push_back(head);
        } else if (line.rfind("VmFlags:", 0) == 0 && !out.empty()) {
            out.back().flags = line.substr(std::string("VmFlags:").size());
        }
    }
    return out;
}

const Mapping& mapping_of(const std::vector<Mapping>& all, const void* address) {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    for (const Mapping& one : all) {
        if (at >= one.begin && at < one.end) return one;
    }
    throw std::runtime_error("not mapped");
}

Mapping mapping_of(const void* address) {
    return mapping_of(mappings_of("self"), address);
}

std::size_t mappings_kept_out_of_dumps() {
    const std::vector<Mapping> all = mappings_of("self");
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const Mapping& one) { return one.kept_out_of_dumps(); }));
}

}  // namespace credit::secrets
