// Makes the n-th fsync or fdatasync of this test program fail, as a sick disk does. The calls are
// replaced at link time.
#pragma once

namespace credit {

// The sync after `skip` more fails with `error`. One failure; then all is well again.
void fail_sync(int error, unsigned skip) noexcept;
// The process ends at the sync after `skip` more, as if killed there, with this exit code.
constexpr int kDiedAtSync = 77;
void die_at_sync(unsigned skip) noexcept;
// Whether it came to pass; also calls it off.
bool sync_failed() noexcept;

}  // namespace credit
