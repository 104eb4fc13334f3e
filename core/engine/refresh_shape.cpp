#include "core/engine/refresh_shape.h"

#include "core/base/check.h"
#include "core/session/record.h"

namespace credit {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kFixed = 5;

}  // namespace

std::string encode_shape(const RefreshShape& shape) {
    CREDIT_CHECK(shape.api_version.find('\n') == std::string::npos);
    std::string out;
    out.push_back(kVersion);
    out.push_back(static_cast<char>(shape.route));
    out.push_back(static_cast<char>(shape.carrier));
    out.push_back(static_cast<char>(shape.body));
    out.push_back(shape.quote_idempotency_key ? 1 : 0);
    out += shape.api_version;
    out.push_back('\n');
    out += shape.url;
    CREDIT_CHECK(out.size() <= Intent::kMaxShapeBytes);
    return out;
}

std::optional<RefreshShape> decode_shape(std::string_view bytes) {
    if (bytes.size() < kFixed || bytes[0] != kVersion) return std::nullopt;
    const std::size_t line = bytes.find('\n', kFixed);
    if (line == std::string_view::npos) return std::nullopt;
    const auto in_range = [&](std::size_t at, char last) {
        return bytes[at] >= 1 && bytes[at] <= last;
    };
    if (!in_range(1, 3) || !in_range(2, 2) || !in_range(3, 4)) return std::nullopt;
    RefreshShape shape;
    shape.route = static_cast<RefreshRoute>(bytes[1]);
    shape.carrier = static_cast<CredentialCarrier>(bytes[2]);
    shape.body = static_cast<RefreshBody>(bytes[3]);
    shape.quote_idempotency_key = bytes[4] != 0;
    shape.api_version = bytes.substr(kFixed, line - kFixed);
    shape.url = bytes.substr(line + 1);
    return shape;
}

}  // namespace credit
