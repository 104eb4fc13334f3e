#include "server_kit/certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace credit::kit {

namespace {

constexpr int days_back = 3653;
constexpr int days_ahead = 7305;

void require(bool ok, const char* what) {
    if (ok) return;
    char reason[160] = "unknown reason";
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    throw std::runtime_error(std::string("certificate, ") + what + ": " + reason);
}

Key make_key() {
    Key key(EVP_EC_gen("P-256"));
    require(key != nullptr, "making a key");
    return key;
}

void set_serial(X509* certificate) {
    unsigned char bytes[16];
    require(RAND_bytes(bytes, sizeof bytes) == 1, "random bytes");
    bytes[0] &= 0x7fU;
    const std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
    require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
            "serial number");
}

void set_validity(X509* certificate) {
    require(X509_time_adj_ex(X509_getm_notBefore(certificate), -days_back, 0, nullptr) != nullptr,
            "validity");
    require(X509_time_adj_ex(X509_getm_notAfter(certificate), days_ahead, 0, nullptr) != nullptr,
            "validity");
}

void set_common_name(X509* certificate, const char* name) {
    require(
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name), -1, -1, 0) == 1,
        "name");
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
            "extension");
}

Certificate make_certificate(EVP_PKEY* key, const char* name) {
    Certificate certificate(X509_new());
    require(certificate != nullptr, "memory");
    X509_set_version(certificate.get(), X509_VERSION_3);
    set_serial(certificate.get());
    set_validity(certificate.get());
    set_common_name(certificate.get(), name);
    require(X509_set_pubkey(certificate.get(), key) == 1, "public key");
    return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
    require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1, "issuer");
    require(X509_sign(certificate, issuer_key, EVP_sha256()) != 0, "signing");
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

Bio reading(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

Identity make_ca() {
    Identity ca{make_key(), nullptr};
    ca.certificate = make_certificate(ca.key.get(), "Credit SDK sample private CA");
    X509* self = ca.certificate.get();
    add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(self, self, NID_subject_key_identifier, "hash");
    sign(self, self, ca.key.get());
    return ca;
}

Identity make_server_identity(const Identity& ca) {
    Identity server{make_key(), nullptr};
    server.certificate = make_certificate(server.key.get(), "localhost");
    X509* self = server.certificate.get();
    X509* issuer = ca.certificate.get();
    add_extension(self, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(self, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(self, issuer, NID_ext_key_usage, "serverAuth");
    add_extension(self, issuer, NID_subject_key_identifier, "hash");
    add_extension(self, issuer, NID_authority_key_identifier, "keyid:always");
    add_extension(self, issuer, NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost");
    sign(self, issuer, ca.key.get());
    return server;
}

bool belongs_to(const Identity& server, const Identity& ca) {
    return X509_check_private_key(server.certificate.get(), server.key.get()) == 1 &&
           X509_verify(server.certificate.get(), ca.key.get()) == 1;
}

std::string to_pem(const X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate) == 1, "writing PEM");
    return text_of(bio.get());
}

std::string to_pem(const EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_secmem()));
    require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "writing PEM");
    return text_of(bio.get());
}

Identity from_pem(const std::string& certificate, const std::string& key) {
    Identity identity;
    identity.key.reset(PEM_read_bio_PrivateKey(reading(key).get(), nullptr, nullptr, nullptr));
    require(identity.key != nullptr, "reading a key");
    identity.certificate.reset(
        PEM_read_bio_X509(reading(certificate).get(), nullptr, nullptr, nullptr));
    require(identity.certificate != nullptr, "reading a certificate");
    return identity;
}

}  // namespace credit::kit
