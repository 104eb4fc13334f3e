#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox_driver.h"

namespace credit::e2e {

// A borrower with a session in a sandbox, and the journey it began with.
class SandboxBorrower {
  public:
    SandboxBorrower(const SandboxDriver& sandbox, const std::string& name,
                    const std::string& type = "PERSONAL_LOAN");

    const std::string& token() const { return token_; }
    const std::string& journey() const { return journey_; }

    // Calls below /journeys/{journeyID}; those that change something with a key of their own.
    RawReply get(const std::string& path) const;
    RawReply send(const std::string& method, const std::string& path, const nlohmann::json& body);
    RawReply send_with_key(const std::string& method, const std::string& path,
                           const nlohmann::json& body, const std::string& key) const;

    std::string status() const;
    nlohmann::json state() const;

    // The offers' ids in order.
    std::vector<std::string> offers() const;

    // A profile that is complete for this type, kept and handed in.
    void submit_profile(const nlohmann::json& changes = nlohmann::json::object());

    // Where the lender's page for KYC is, as a path.
    std::string kyc_page(const std::string& offer) const;

  private:
    const SandboxDriver& sandbox_;
    std::string type_;
    std::string token_;
    std::string journey_;
    int calls_ = 0;
};

nlohmann::json complete_profile(const std::string& type);

// Whether the reply is this refusal; says what is wrong else.
void expect_refusal(const RawReply& reply, int status, const std::string& code,
                    const std::string& field = "");

}  // namespace credit::e2e
