// libcurl's process-wide part.
#pragma once

#include <curl/curl.h>

namespace credit::curl {

// Initialises libcurl once per process and never undoes it: the host app may use the same copy,
// also while its static destructors run. Returns null when libcurl can be used, otherwise why not.
const char* library_fault() noexcept;

// True when SSLKEYLOGFILE is set. libcurl reads it while it initialises, opens that file for the
// life of the process and writes every TLS secret of every user of the library into it; there is no
// call that stops it, and removing the variable from a process with threads is a race. So nothing
// is initialised and nothing is sent while it is set. Not seen: a host that initialised libcurl
// while the variable was set and removed it afterwards.
bool key_log_requested() noexcept;

// The TLS library can be told to overwrite what it has decrypted: OpenSSL 3, found at run time.
bool can_cleanse_received() noexcept;
// CURLOPT_SSL_CTX_FUNCTION that tells it to.
CURLcode cleanse_received(CURL* easy, void* context, void* unused) noexcept;

// The library's built-in list of trusted CAs exists.
bool has_default_trust() noexcept;

// "libcurl/7.88.1 OpenSSL/3.0.15".
const char* library_name() noexcept;

}  // namespace credit::curl
