#include "sandbox/lender_pages.h"

#include <string_view>

#include "sandbox/journey.h"
#include "sandbox/journey_moves.h"
#include "sandbox/offer.h"

namespace credit::sandbox {

namespace {

constexpr std::string_view kyc_path = "/lender/kyc/";
constexpr std::string_view key_facts_path = "/lender/key-facts/";

bool begins(const std::string& path, std::string_view start) {
    return path.compare(0, start.size(), start) == 0;
}

// `text` is ours: nothing a client sent comes into a page.
LenderPages::Page page(int status, const std::string& title, const std::string& content) {
    return {status,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
                title +
                "</title><style>:root{color-scheme:light dark}body{font:16px/1.5 "
                "sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}button{font:"
                "inherit;padding:.5rem 1rem;margin-right:1rem}</style></head><body><h1>" +
                title + "</h1>" + content + "</body></html>\n"};
}

LenderPages::Page gone() {
    return page(404, "Nothing to do here", "<p>This page has been used, or never was.</p>");
}

LenderPages::Page question() {
    return page(200, "Sandbox lender: who are you?",
                "<p>A real lender would check the borrower's identity now.</p>"
                "<form method=\"post\"><button name=\"outcome\" value=\"success\">Pass</button>"
                "<button name=\"outcome\" value=\"failure\">Fail</button></form>");
}

}  // namespace

bool LenderPages::has(const std::string& path) {
    return begins(path, kyc_path) || begins(path, key_facts_path);
}

LenderPages::Page LenderPages::answer(const std::string& method, const std::string& path,
                                      const std::string& outcome) {
    if (begins(path, kyc_path)) return kyc(method, path.substr(kyc_path.size()), outcome);
    if (method != "GET") return page(405, "Not like this", "<p>This page can only be read.</p>");
    return key_facts(path.substr(key_facts_path.size()));
}

LenderPages::Page LenderPages::kyc(const std::string& method, const std::string& id,
                                   const std::string& outcome) {
    const bool answers = method == "POST";
    if (!answers && method != "GET") return page(405, "Not like this", "");
    const bool passes = outcome == "success";
    const Settings settings = sandbox_.settings.get();
    {
        const std::lock_guard lock(sandbox_.store.mutex());
        kit::Database& database = sandbox_.store.database();
        kit::Transaction transaction(database);
        const JourneyContext context{database, settings, sandbox_.environment, sandbox_.events,
                                     sandbox_.clock.now_ms()};
        move_due(context);
        auto journey = journey_of_redirect(database, id);
        if (!journey || journey->status != "KYC_PENDING") return gone();
        if (answers && !passes && outcome != "failure") {
            return page(400, "Not like this", "<p>outcome must be success or failure.</p>");
        }
        if (!answers) {
            journey->redirect_opened = true;
            save_journey(database, *journey);
        } else if (passes) {
            move_on(context, *journey);
        } else {
            enter_status(context, *journey, "REJECTED", "journey.step.updated");
        }
        transaction.commit();
    }
    sandbox_.events.committed();
    if (!answers) return question();
    return page(200, passes ? "Thank you" : "Not accepted", "<p>Go back to the app.</p>");
}

LenderPages::Page LenderPages::key_facts(const std::string& offer_id) {
    const std::lock_guard lock(sandbox_.store.mutex());
    const auto offer = find_offer(sandbox_.store.database(), offer_id);
    if (!offer || offer->amount == 0) return gone();
    return page(200, "Key facts",
                "<p>" + offer->lender_name + " lends " + std::to_string(offer->amount) +
                    " rupees for " + std::to_string(offer->term_months) + " months at " +
                    std::to_string(offer->interest_percent) + " % a year.</p>");
}

}  // namespace credit::sandbox
