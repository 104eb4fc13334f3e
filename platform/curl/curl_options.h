// Every option of libcurl this SDK uses, in one place.
#pragma once

#include <curl/curl.h>

namespace credit::curl {

class Transfer;

CURLcode set_options(const Transfer& transfer, CURLSH* share) noexcept;

// Session cache for TLS resumption, shared by all requests of one transport and used by one thread
// only.
CURLSH* make_share() noexcept;
CURLM* make_multi() noexcept;

}  // namespace credit::curl
