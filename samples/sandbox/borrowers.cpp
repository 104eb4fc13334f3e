#include "sandbox/borrowers.h"

#include "sandbox/profile_rules.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

KnownBorrower known_borrower(Work& work, const std::string& application_id,
                             const std::string& external_id) {
    auto query = work.database.prepare(
        "SELECT id FROM borrowers WHERE application_id = ? AND external_id = ?");
    if (query.bind(1, application_id).bind(2, external_id).step()) return {query.text(0), false};
    const std::string id = kit::new_uuid();
    work.database
        .prepare("INSERT INTO borrowers (id, application_id, external_id) VALUES (?, ?, ?)")
        .bind(1, id)
        .bind(2, application_id)
        .bind(3, external_id)
        .run();
    return {id, true};
}

void keep_prefill(Work& work, const std::string& borrower_id, const nlohmann::json& sections) {
    if (sections.empty()) return;
    auto query = work.database.prepare("SELECT profile FROM borrowers WHERE id = ?");
    query.bind(1, borrower_id).step();
    const auto known = nlohmann::json::parse(query.text(0));
    work.database.prepare("UPDATE borrowers SET profile = ? WHERE id = ?")
        .bind(1, merged_profile(known, sections).dump())
        .bind(2, borrower_id)
        .run();
}

}  // namespace credit::sandbox
