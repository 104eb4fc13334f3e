#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace httplib {
class Client;
}

namespace credit::sandbox {

struct WebhookAnswer {
    int status = 0;     // 0 if there was none
    std::string error;  // why there was none
};

// Posts webhooks, one at a time, each on a connection of its own. Redirects are not followed; a
// receiver has 5 s to answer. The certificate has to be one of `ca_file`.
class WebhookSender {
  public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    explicit WebhookSender(std::string ca_file) : ca_file_(std::move(ca_file)) {}
    WebhookSender(const WebhookSender&) = delete;
    WebhookSender& operator=(const WebhookSender&) = delete;

    WebhookAnswer post(const std::string& url, const Headers& headers, const std::string& body);

    // From any thread: breaks off what is under way, and every later post, too.
    void stop();

  private:
    const std::string ca_file_;
    std::mutex mutex_;
    std::shared_ptr<httplib::Client> client_;
    bool stopped_ = false;
};

}  // namespace credit::sandbox
