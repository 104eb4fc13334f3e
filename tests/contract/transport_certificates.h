// A private certificate authority in memory.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

namespace credit::test {

template <auto Free>
struct OpenSslFree {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
using KeyHandle = std::shared_ptr<EVP_PKEY>;
using CertificateHandle = std::shared_ptr<X509>;

struct Identity {
    KeyHandle key;
    CertificateHandle certificate;
    std::string pin;  // "sha256//<base64>" of its public key
};

struct Subject {
    // As OpenSSL spells subject alternative names.
    std::string names = "DNS:localhost,IP:127.0.0.1";
    long valid_from_s = -3600;  // relative to now
    long valid_to_s = 24 * 3600;
};

class CertificateAuthority {
  public:
    explicit CertificateAuthority(const std::string& name);
    const std::string& pem() const { return pem_; }
    Identity issue(const Subject& subject = {}) const;

  private:
    Identity self_;
    std::string pem_;
};

// A pin that no key has.
std::string impossible_pin(char filler);

}  // namespace credit::test
