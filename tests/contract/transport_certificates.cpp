#include "tests/contract/transport_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

namespace credit::test {
namespace {

using Extension = std::unique_ptr<X509_EXTENSION, OpenSslFree<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, OpenSslFree<BIO_free>>;

void check(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(what);
}

KeyHandle make_key() {
    KeyHandle key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    check(key != nullptr, "key");
    return key;
}

void add_extension(X509* certificate, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    check(extension != nullptr, value);
    check(X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

CertificateHandle make_certificate(EVP_PKEY* key, const std::string& name, long from_s, long to_s) {
    CertificateHandle made(X509_new(), X509_free);
    X509* certificate = made.get();
    std::array<unsigned char, 8> serial{};
    check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "serial");
    std::uint64_t number = 1;
    for (const unsigned char byte : serial)
        number = number * 256 + byte;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), to_s);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return made;
}

std::string base64(const unsigned char* data, std::size_t size) {
    std::string text(4 * ((size + 2) / 3) + 1, '\0');
    const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data,
                                        static_cast<int>(size));
    text.resize(static_cast<std::size_t>(written));
    return text;
}

std::string pin_of(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    check(size > 0, "public key");
    std::array<unsigned char, 32> digest{};
    const int hashed = EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr,
                                  EVP_sha256(), nullptr);
    OPENSSL_free(der);
    check(hashed == 1, "digest");
    return "sha256//" + base64(digest.data(), digest.size());
}

std::string pem_of(X509* certificate) {
    const Memory memory(BIO_new(BIO_s_mem()));
    check(PEM_write_bio_X509(memory.get(), certificate) == 1, "pem");
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name) {
    self_.key = make_key();
    self_.certificate = make_certificate(self_.key.get(), name, -2 * 24 * 3600, 365 * 24 * 3600);
    X509* certificate = self_.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_key_usage, "critical,keyCertSign");
    check(X509_sign(certificate, self_.key.get(), EVP_sha256()) > 0, "sign");
    pem_ = pem_of(certificate);
}

Identity CertificateAuthority::issue(const Subject& subject) const {
    Identity made;
    made.key = make_key();
    made.certificate =
        make_certificate(made.key.get(), "server", subject.valid_from_s, subject.valid_to_s);
    X509* certificate = made.certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(self_.certificate.get()));
    add_extension(certificate, NID_subject_alt_name, subject.names.c_str());
    add_extension(certificate, NID_ext_key_usage, "serverAuth");
    check(X509_sign(certificate, self_.key.get(), EVP_sha256()) > 0, "sign");
    made.pin = pin_of(certificate);
    return made;
}

std::string impossible_pin(char filler) {
    return "sha256//" + std::string(43, filler) + "=";
}

}  // namespace credit::test
