// One accepted connection of the test server, plain or TLS, blocking.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace credit::test {

class Channel {
  public:
    explicit Channel(int fd) : fd_(fd) {}
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // False: no handshake. `context` null: plain.
    bool open(SSL_CTX* context);
    bool resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) == 1; }
    // Bytes read; 0 when the peer is gone.
    std::size_t read(char* into, std::size_t size);
    bool write(std::string_view bytes);
    // Writes `piece` every few milliseconds until the peer leaves.
    void drip(std::string_view piece);

    void close_cleanly();  // with close_notify
    void cut();            // FIN without close_notify
    void reset();          // RST

  private:
    void close_socket();
    int fd_;
    SSL* ssl_ = nullptr;
};

}  // namespace credit::test
