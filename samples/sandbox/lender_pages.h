#pragma once

#include <optional>
#include <string>

#include "sandbox/platform_api.h"

namespace credit::sandbox {

// What a borrower sees of a lender, in a browser: the page a KYC step redirects to, where one
// button passes and one fails, and the key facts of an offer. No part of the API: HTML without a
// script, and without a login, as the address is the secret.
class LenderPages {
  public:
    explicit LenderPages(Sandbox sandbox) : sandbox_(std::move(sandbox)) {}

    struct Page {
        int status = 200;
        std::string html;
    };

    // Whether the path is one of these pages; others are for somebody else.
    static bool has(const std::string& path);

    // `outcome` is that of a form that was sent, else empty.
    Page answer(const std::string& method, const std::string& path, const std::string& outcome);

  private:
    Page kyc(const std::string& method, const std::string& id, const std::string& outcome);
    Page key_facts(const std::string& offer_id);

    Sandbox sandbox_;
};

}  // namespace credit::sandbox
