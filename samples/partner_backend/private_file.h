#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

namespace credit::partner {

// A small file with secrets that is changed while the server runs: replaced by a rename, or
// written anew. Only its owner may read it. Not for several threads at once.
class PrivateFile {
  public:
    // `named` is the option it came from, for messages.
    PrivateFile(std::string path, std::string named)
        : path_(std::move(path)), named_(std::move(named)) {}

    // True when it is not the file of the last read() any more.
    bool has_changed() const;
    // Throws OptionsError when it is missing, too large or open to others.
    std::string read();

  private:
    using Version = std::tuple<std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;

    std::optional<Version> version() const;

    std::string path_;
    std::string named_;
    std::optional<Version> seen_;
};

}  // namespace credit::partner
