#include "partner_backend/platform_client.h"

#include <httplib.h>

#include <chrono>
#include <tuple>

#include "partner_backend/json_text.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {

constexpr const char* kSessions = "/api/v1/headless/sessions";
constexpr const char* kHostedSessions = "/api/lab/sessions";
constexpr const char* kRefresh = "/api/v1/headless/sessions/refresh";
constexpr std::size_t kMaxReply = std::size_t{1} << 20;

// "https://host:port/some/path/" -> origin and "/some/path".
std::pair<std::string, std::string> split_url(const std::string& url) {
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string::npos) return {};
    const auto path_begin = url.find('/', scheme_end + 3);
    std::string path = path_begin == std::string::npos ? "" : url.substr(path_begin);
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    return {url.substr(0, path_begin), path};
}

void tighten(httplib::Client& client, const std::string& ca_file, int timeout_ms) {
    const std::chrono::milliseconds timeout(timeout_ms);
    client.set_connection_timeout(timeout);
    client.set_read_timeout(timeout);
    client.set_write_timeout(timeout);
    client.set_keep_alive(false);
    client.set_follow_location(false);
    client.set_decompress(false);
    client.set_tcp_nodelay(true);
    if (!ca_file.empty()) client.set_ca_cert_path(ca_file);
    client.enable_server_certificate_verification(true);
}

httplib::Request to_request(const PlatformCall& call, const std::string& path) {
    httplib::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"Authorization", "Bearer " + call.bearer},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"},
                       {"Accept-Encoding", "identity"},
                       {"Cache-Control", "no-store"},
                       {"X-Correlation-ID", call.correlation_id},
                       {"Idempotency-Key", call.idempotency_key}};
    request.body = to_text(call.body);
    return request;
}

}  // namespace

PlatformClient::PlatformClient(const PlatformPlace& place, ApiKeyRing& keys)
    : ca_file_(place.ca_file), timeout_ms_(place.timeout_ms), keys_(keys) {
    std::tie(origin_, base_path_) = split_url(place.base_url);
}

PlatformReply PlatformClient::create_session(nlohmann::json body,
                                             const std::string& idempotency_key,
                                             const std::string& correlation_id) const {
    return with_api_key({kSessions, "", idempotency_key, correlation_id, std::move(body)});
}

PlatformReply PlatformClient::create_hosted_session(nlohmann::json body,
                                                    const std::string& idempotency_key,
                                                    const std::string& correlation_id) const {
    return with_api_key({kHostedSessions, "", idempotency_key, correlation_id, std::move(body)});
}

PlatformReply PlatformClient::subscribe(const std::string& tenant_id,
                                        const std::string& application_id,
                                        const std::string& url) const {
    const std::string path =
        "/api/tenants/" + tenant_id + "/applications/" + application_id + "/webhooks/subscribe";
    return with_api_key({path, "", kit::new_uuid(), kit::new_uuid(), {{"url", url}}});
}

PlatformReply PlatformClient::refresh(const std::string& refresh_token,
                                      const std::string& idempotency_key,
                                      const std::string& correlation_id) const {
    return post({kRefresh, refresh_token, idempotency_key, correlation_id});
}

// A refused key has done nothing, so the same call may go out again with another one; anything else
// is the answer.
PlatformReply PlatformClient::with_api_key(PlatformCall call) const {
    PlatformReply reply;
    for (const std::string& key : keys_.candidates()) {
        call.bearer = key;
        reply = post(call);
        if (!reply.is_refused_api_key()) break;
        keys_.refused(key);
    }
    return reply;
}

PlatformReply PlatformClient::post(const PlatformCall& call) const {
    httplib::Client client(origin_);
    tighten(client, ca_file_, timeout_ms_);
    httplib::Request request = to_request(call, base_path_ + call.path);
    std::string body;
    request.content_receiver = [&body](const char* data, std::size_t size, std::uint64_t,
                                       std::uint64_t) {
        if (body.size() + size > kMaxReply) return false;
        body.append(data, size);
        return true;
    };
    PlatformReply reply;
    reply.sent_at_ms = kit::real_now_ms();
    const httplib::Result result = client.send(request);
    if (!result) return reply;
    reply.reached = true;
    reply.status = result->status;
    reply.retry_after = result->get_header_value("Retry-After");
    reply.payload = parse_json(body);
    return reply;
}

}  // namespace credit::partner
