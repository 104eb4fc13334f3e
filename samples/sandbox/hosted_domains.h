#pragma once

#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// The embed_domains of an application: the origins that may show its hosted page in a frame.

// Throws std::invalid_argument unless it is https://host[:port], with "*." in front of the host
// allowed, or http:// with a loopback host.
void check_embed_domain(const std::string& domain);

std::vector<std::string> embed_domains(kit::Database& database, const std::string& application_id);

// Replaces them all. Throws std::invalid_argument, and changes nothing, if one is bad or if there
// are more than 64.
void set_embed_domains(kit::Database& database, const std::string& application_id,
                       const std::vector<std::string>& domains);

// The value of the CSP directive frame-ancestors: 'none' if there are no domains.
std::string frame_ancestors(const std::vector<std::string>& domains);

}  // namespace credit::sandbox
