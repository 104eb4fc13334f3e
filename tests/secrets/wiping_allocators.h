// What an app can do that the SDK must not do for it: give libcurl allocators that wipe, before anybody uses it.
#pragma once

namespace credit::secrets {

bool give_libcurl_wiping_allocators();  // false: there is no libcurl, or it did not take them

}  // namespace credit::secrets
