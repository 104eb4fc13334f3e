// Owners of libcurl's handles.
#pragma once

#include <curl/curl.h>

#include <memory>

namespace credit::curl {

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};

using Easy = std::unique_ptr<CURL, Freer<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Freer<curl_multi_cleanup>>;
using Share = std::unique_ptr<CURLSH, Freer<curl_share_cleanup>>;
using UrlHandle = std::unique_ptr<CURLU, Freer<curl_url_cleanup>>;
using CurlString = std::unique_ptr<char, Freer<curl_free>>;

}  // namespace credit::curl
