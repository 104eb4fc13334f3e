// What may pass for the URL of a hosted page with its one-time token (R42).
#pragma once

#include <string_view>

#include "core/base/record_header.h"
#include "core/base/result.h"

namespace credit {

// https (or http on loopback in TEST) at exactly `hosted_origin`, the bootstrap token in the
// fragment and nowhere else, of this environment as far as its prefix says; at most 8 KiB, so that
// the view may load what is accepted here. Messages never hold a
// part of the URL. Codes: config_missing, config_invalid, insecure_url, origin_refused,
// contract_invalid_token, environment_mismatch, api_key_refused.
Status check_embed_url(std::string_view url, std::string_view hosted_origin,
                       Environment environment);

}  // namespace credit
