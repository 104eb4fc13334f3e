#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/hosted_options.h"
#include "sandbox/settings.h"

namespace credit::sandbox {

struct Options {
    std::string host = "127.0.0.1";
    int port = 0;
    int admin_port = 0;
    std::string ca_dir;
    std::string database = ":memory:";
    std::string environment = "test";
    std::vector<std::string> api_keys;
    Settings settings;
    HostedOptions hosted;
};

// The options, or, after --help or a message about a bad one, the code to leave main with.
struct ParsedOptions {
    std::optional<Options> options;
    int exit_code = 0;
};

ParsedOptions parse_options(int argc, char** argv);

}  // namespace credit::sandbox
