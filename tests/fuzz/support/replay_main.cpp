// Runs committed inputs through a target without libFuzzer: credit_fuzz_replay TARGET PATH...
// A path is a file or a folder of files. Ends with how many inputs ran; a property that does not hold aborts behind the
// name of the input.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

namespace fs = std::filesystem;

const Target* find_target(std::string_view name) {
    for (const Target& target : all_targets()) {
        if (target.name == name) return &target;
    }
    return nullptr;
}

void collect(const fs::path& path, std::vector<fs::path>& files) {
    if (fs::is_regular_file(path)) {
        files.push_back(path);
    } else if (fs::is_directory(path)) {
        for (const auto& entry : fs::directory_iterator(path)) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
    }
}

std::string read_whole(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

int replay(const Target& target, const std::vector<fs::path>& files) {
    for (const fs::path& file : files) {
        std::fprintf(stderr, "%s\n", file.c_str());
        // A buffer of the exact size, so that AddressSanitizer sees a read behind its end.
        const std::string content = read_whole(file);
        const std::vector<char> exact(content.begin(), content.end());
        target.run({exact.data(), exact.size()});
    }
    target.run({});
    std::printf("%zu inputs through %.*s\n", files.size(), static_cast<int>(target.name.size()),
                target.name.data());
    return files.empty() ? 1 : 0;
}

int main_of(const std::vector<std::string>& arguments) {
    const Target* target = arguments.size() < 2 ? nullptr : find_target(arguments[0]);
    if (target == nullptr) {
        std::fprintf(stderr, "usage: credit_fuzz_replay TARGET PATH...; targets:\n");
        for (const Target& known : all_targets())
            std::fprintf(stderr, "  %.*s\n", static_cast<int>(known.name.size()),
                         known.name.data());
        return 2;
    }
    std::vector<fs::path> files;
    for (std::size_t i = 1; i < arguments.size(); ++i)
        collect(arguments[i], files);
    std::sort(files.begin(), files.end());
    return replay(*target, files);
}

}  // namespace
}  // namespace credit::fuzz

int main(int argc, char** argv) {
    return credit::fuzz::main_of({argv + 1, argv + argc});
}
