#pragma once

#include <optional>
#include <string>

#include "sandbox/call.h"
#include "sandbox/store.h"

namespace credit::sandbox {

// The files of the hosted page: /lab/embed, /lab/hosted.css, /lab/hosted.js; nothing for another
// path. `application_id` comes from the query and decides who may show the page in a frame.
std::optional<Reply> hosted_page(Store& store, const std::string& path,
                                 const std::string& application_id);

}  // namespace credit::sandbox
