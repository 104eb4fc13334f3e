#pragma once

#include <functional>
#include <string>

#include "partner_backend/backend.h"
#include "partner_backend/listener.h"

namespace credit::partner {

// What the borrower app and the platform's webhooks see: reads the headers, authenticates, answers,
// writes the log line.
class AppApi {
  public:
    explicit AppApi(Backend& backend) : backend_(backend) {}

    void serve_on(httplib::Server& server);

  private:
    using Route = std::function<Answer(const Caller&, const std::string& body)>;

    httplib::Server::Handler handler(const std::string& name, Route route);
    void handle(const std::string& name, const Route& route, const httplib::Request& request,
                httplib::Response& response);
    void handle_webhook(const httplib::Request& request, httplib::Response& response);
    void respond(const std::string& name, const httplib::Request& request,
                 httplib::Response& response, const std::string& correlation_id,
                 const std::function<Answer()>& work);
    Answer answer(const std::string& name, const Route& route, const httplib::Request& request,
                  const std::string& correlation_id, httplib::Response& response);

    Backend& backend_;
};

}  // namespace credit::partner
