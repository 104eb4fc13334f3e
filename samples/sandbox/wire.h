#pragma once

#include <openssl/ssl.h>

#include <string>

namespace credit::sandbox {

// Ways for a connection to go wrong, done to the socket under the TLS session of a request. After
// each of them whatever the HTTP library still writes goes nowhere.

// Closes in order (FIN): the peer reads an end of file that TLS did not announce.
void close_connection(const SSL* tls);

// Resets (RST): the peer gets ECONNRESET.
void reset_connection(const SSL* tls);

// Sends these bytes over TLS and closes.
void send_and_close(const SSL* tls, const std::string& bytes);

}  // namespace credit::sandbox
