// The floor of T13: what no way to a sealed token can do without, in a fresh process. libsodium's start, one locked
// allocation, reading a 2 KB file, opening it.
//
//   credit-bench-cold-floor prepare FILE
//   credit-bench-cold-floor run FILE         prints the time in ns
#include <fcntl.h>
#include <sodium.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace {

constexpr std::size_t kPlain = 2048;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kSealed = kPlain + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> kKey = {1, 2, 3};

using Image = std::array<unsigned char, kNonce + kSealed>;

std::int64_t monotonic_ns() {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

int failed(const char* why) {
    std::fprintf(stderr, "credit-bench-cold-floor: %s\n", why);
    return 1;
}

int prepare(const char* path) {
    if (sodium_init() < 0) return failed("sodium_init");
    Image image{};
    const std::array<unsigned char, kPlain> plain{};
    unsigned long long size = 0;
    randombytes_buf(image.data(), kNonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(image.data() + kNonce, &size, plain.data(), kPlain,
                                               nullptr, 0, nullptr, image.data(), kKey.data());
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return failed("the file could not be made");
    const bool whole =
        ::write(fd, image.data(), image.size()) == static_cast<ssize_t>(image.size());
    ::close(fd);
    return whole ? 0 : failed("the file could not be written");
}

int run(const char* path) {
    const std::int64_t begin = monotonic_ns();
    if (sodium_init() < 0) return failed("sodium_init");
    auto* plain = static_cast<unsigned char*>(sodium_malloc(kPlain));
    if (plain == nullptr) return failed("sodium_malloc");
    Image image;
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("the file could not be opened");
    const bool whole = ::read(fd, image.data(), image.size()) == static_cast<ssize_t>(image.size());
    ::close(fd);
    unsigned long long size = 0;
    if (!whole || crypto_aead_xchacha20poly1305_ietf_decrypt(
                      plain, &size, nullptr, image.data() + kNonce, kSealed, nullptr, 0,
                      image.data(), kKey.data()) != 0)
        return failed("the file did not open");
    std::printf(R"({"ns":%lld})", static_cast<long long>(monotonic_ns() - begin));
    std::puts("");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return failed("usage: credit-bench-cold-floor prepare|run FILE");
    return std::string_view(argv[1]) == "prepare" ? prepare(argv[2]) : run(argv[2]);
}
