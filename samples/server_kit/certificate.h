#pragma once

#include <string>

#include "server_kit/openssl_handles.h"

namespace credit::kit {

struct Identity {
    Key key;
    Certificate certificate;
};

// Certificates are valid from ten years ago until in twenty years: clients whose clock is off by
// years in either direction are part of what the sample servers are there to try.
Identity make_ca();
Identity make_server_identity(const Identity& ca);

// True if `server` carries its own key and was signed by `ca`.
bool belongs_to(const Identity& server, const Identity& ca);

std::string to_pem(const X509* certificate);
std::string to_pem(const EVP_PKEY* key);
Identity from_pem(const std::string& certificate, const std::string& key);

}  // namespace credit::kit
