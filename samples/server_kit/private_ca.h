#pragma once

#include <string>

namespace credit::kit {

struct TlsIdentity {
    std::string ca_file;
    std::string cert_file;
    std::string key_file;
};

// Takes the CA and the certificate `server_name` found in `ca_dir`, or makes what is missing there.
// Two programs may start on one folder at once. Throws std::runtime_error.
TlsIdentity make_or_take_identity(const std::string& ca_dir, const std::string& server_name);

// A fresh private folder under the system's temporary folder; the caller removes it.
std::string make_private_temp_dir(const std::string& prefix);

}  // namespace credit::kit
