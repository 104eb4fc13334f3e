// The platform and the partner as the app's fake transport and provider know them: rotates, and repeats a reply by its key.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace credit::fuzz {

struct WireRequest {
    std::string method;
    std::string url;
    std::string bearer;
    std::string idempotency_key;
    std::string correlation_id;
};

struct WireReply {
    int status = 0;
    std::string body;
};

class CapiPlatform {
  public:
    WireReply answer(const WireRequest& request, std::int64_t wall_ms);
    WireReply refusal(int status, const char* code, const std::string& correlation_id);
    // A session of this borrower as the partner's flat shape; the former one is void.
    std::string mint(const std::string& borrower, std::int64_t wall_ms);
    // The platform ends this borrower's session.
    void revoke(const std::string& borrower);

    bool issued(const std::string& borrower, std::string_view session_token) const;
    const std::set<std::string>& secrets() const noexcept { return secrets_; }
    // Borrowers whose session has had a reason to die.
    bool may_die(const std::string& borrower) const { return mortal_.count(borrower) != 0; }
    void note_death() { all_mortal_ = true; }
    bool all_mortal() const noexcept { return all_mortal_; }

  private:
    struct Family {
        std::string session_token;
        std::string refresh_token;
        std::set<std::string> all_session_tokens;
    };
    void rotate(Family& family);
    WireReply refresh(const WireRequest& request, std::int64_t wall_ms);
    std::string envelope(const std::string& data, const std::string& correlation,
                         std::int64_t wall_ms);

    std::map<std::string, Family> families_;
    std::map<std::string, std::string> replies_;  // by idempotency key
    std::map<std::string, std::string> key_of_;   // the key each refresh token was presented with
    std::set<std::string> secrets_;
    std::set<std::string> mortal_;
    bool all_mortal_ = false;
    int serial_ = 0;
};

}  // namespace credit::fuzz
