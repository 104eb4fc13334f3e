// The network half of the machine's world: a platform that rotates refresh tokens.
#include "tests/unit/machine_world.h"

namespace credit::test {

RefreshAnswer answer_of(AnswerKind kind, Code code, bool reachable, std::int64_t digest) {
    RefreshAnswer answer;
    answer.kind = kind;
    answer.error = Error(code, "as scripted");
    answer.error.correlation_id = "corr-x";
    answer.reachable = reachable;
    answer.body_digest = digest;
    return answer;
}

RefreshAnswer answer_dead(const std::string& request_id) {
    RefreshAnswer answer = answer_of(AnswerKind::dead, Code::session_dead);
    answer.error.request_id = request_id;
    return answer;
}

RefreshAnswer answer_lost() {
    return answer_of(AnswerKind::transient, Code::network_interrupted, false);
}
RefreshAnswer answer_offline() {
    return answer_of(AnswerKind::unsent, Code::network_unreachable, false);
}

RefreshAnswer answer_busy(std::int64_t retry_after_ms) {
    RefreshAnswer answer = answer_of(AnswerKind::transient, Code::rate_limited);
    answer.retry_after_ms = retry_after_ms;
    return answer;
}

Issued FakeServer::tokens(std::string st, std::string rt, const Now& now) const {
    Issued issued;
    issued.session_token = secret(st);
    if (!rt.empty()) issued.refresh_token = secret(rt);
    const std::int64_t time = (now.wall + clock_ahead).ms;
    if (tells_time) issued.server_time_ms = time;
    if (tells_expiry) {
        issued.session_expires_at_ms = time + life.count;
        issued.refresh_expires_at_ms = time + days(7).count;
    }
    issued.request_id = "req-" + std::to_string(minted_);
    issued.correlation_id = "corr-" + std::to_string(minted_);
    return issued;
}

Issued FakeServer::mint(const Now& now) {
    const std::string number = std::to_string(++minted_);
    valid_.clear();
    valid_.insert("rt-" + number);
    revoked = false;
    Issued issued = tokens("st-" + number, "rt-" + number, now);
    issued.borrower_external_id = borrower;
    issued.borrower_id = "b-1";
    issued.has_journey = true;
    issued.journey = Journey{"journey-1", "OFFERS_READY", ""};
    return issued;
}

RefreshAnswer FakeServer::answer(const std::string& credential, const std::string& key,
                                 const Now& now) {
    ++requests;
    if (!scripted.empty()) {
        RefreshAnswer out = scripted.front();
        scripted.pop_front();
        return out;
    }
    const std::int64_t date = tells_time ? (now.wall + clock_ahead).ms : 0;
    RefreshAnswer out;
    const auto known = by_key_.find(key);
    const bool replay =
        model == Model::replay && known != by_key_.end() && known->second.first == credential;
    const bool good =
        valid_.count(credential) != 0 || (model == Model::grace && used_.count(credential) != 0);
    if (revoked || (!replay && !good)) {
        ++verdicts;
        out = answer_dead();
    } else if (replay) {
        ++replays;
        out.kind = AnswerKind::issued;
        out.issued = known->second.second;
        out.issued.http_date_ms = date;  // of this answer, not of the one it repeats
        out.reachable = true;
    } else {
        ++rotations;
        const std::string number = std::to_string(++minted_);
        if (!keeps_refresh_token) {
            valid_.erase(credential);
            used_.insert(credential);
            valid_.insert("rt-" + number);
        }
        out.kind = AnswerKind::issued;
        out.reachable = true;
        out.issued = tokens("st-" + number, keeps_refresh_token ? "" : "rt-" + number, now);
        out.issued.http_date_ms = date;
        by_key_[key] = {credential, out.issued};
    }
    if (lose_replies > 0) {
        --lose_replies;
        return answer_lost();
    }
    return out;
}

}  // namespace credit::test
