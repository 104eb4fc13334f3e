#include "sandbox_borrower.h"

#include <gtest/gtest.h>

namespace credit::e2e {

SandboxBorrower::SandboxBorrower(const SandboxDriver& sandbox, const std::string& name,
                                 const std::string& type)
    : sandbox_(sandbox), type_(type) {
    const auto reply =
        sandbox.call("POST", "/sessions",
                     {{"Authorization", std::string("Bearer ") + test_api_key},
                      {"Idempotency-Key", "start-" + name}},
                     nlohmann::json{{"borrowerExternalID", name}, {"journeyType", type}}.dump());
    token_ = pair_in(reply).session;
    journey_ = reply.json()["data"]["activeJourney"]["journeyID"];
}

RawReply SandboxBorrower::get(const std::string& path) const {
    return sandbox_.call("GET", "/journeys/" + journey_ + path,
                         {{"Authorization", "Bearer " + token_}});
}

RawReply SandboxBorrower::send(const std::string& method, const std::string& path,
                               const nlohmann::json& body) {
    return send_with_key(method, path, body, journey_ + "-" + std::to_string(++calls_));
}

RawReply SandboxBorrower::send_with_key(const std::string& method, const std::string& path,
                                        const nlohmann::json& body, const std::string& key) const {
    return sandbox_.call(method, "/journeys/" + journey_ + path,
                         {{"Authorization", "Bearer " + token_}, {"Idempotency-Key", key}},
                         body.dump());
}

nlohmann::json SandboxBorrower::state() const {
    return get("/state").json()["data"];
}

std::string SandboxBorrower::status() const {
    return state()["status"];
}

std::vector<std::string> SandboxBorrower::offers() const {
    std::vector<std::string> ids;
    const auto reply = get("/offers").json();
    for (const auto& item : reply["data"]["items"])
        ids.push_back(item["offerID"]);
    return ids;
}

void SandboxBorrower::submit_profile(const nlohmann::json& changes) {
    auto profile = complete_profile(type_);
    profile.merge_patch(changes);
    const auto kept = send("PUT", "/profile", profile);
    if (kept.status != 200) throw std::runtime_error("profile: " + kept.bytes);
    const auto submitted = send("POST", "/profile/submit", {{"bureauConsent", true}});
    if (submitted.status != 202) throw std::runtime_error("submit: " + submitted.bytes);
}

std::string SandboxBorrower::kyc_page(const std::string& offer) const {
    const auto step = get("/offers/" + offer + "/steps/kyc").json()["data"];
    const std::string url = step["resource"]["redirectURL"];
    if (url.find(sandbox_.url()) != 0) throw std::runtime_error("not the sandbox's: " + url);
    return url.substr(sandbox_.url().size());
}

nlohmann::json complete_profile(const std::string& type) {
    nlohmann::json profile = {
        {"profile",
         {{"contactNumber", "9876543210"}, {"pan", "ABCDE1234F"}, {"dob", "1990-01-31"}}}};
    if (type == "GOLD_LOAN") {
        profile["goldLoan"] = {{"jewelleryWeightGrams", 40}, {"purity", "22K"}};
    } else {
        profile["workProfile"] = {{"employmentType", "salaried"}, {"income", "50000"}};
    }
    return profile;
}

void expect_refusal(const RawReply& reply, int status, const std::string& code,
                    const std::string& field) {
    const auto json = reply.json();
    ASSERT_TRUE(json.is_object() && json["error"].is_object()) << reply.bytes;
    EXPECT_EQ(reply.status, status) << reply.bytes;
    EXPECT_TRUE(json["data"].is_null());
    EXPECT_EQ(json["error"]["code"], code) << reply.bytes;
    if (!field.empty()) {
        EXPECT_EQ(json["error"]["details"]["field"], field) << reply.bytes;
    }
}

}  // namespace credit::e2e
