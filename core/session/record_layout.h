// The body of a stored record, format 1, frozen; shared by its encoder and its decoder.
//
// A body is a row of sections {tag u8, length u16, content} in strictly ascending order of their
// tags. Numbers are little endian; booleans are one byte, 0 or 1; text and secrets are {length u16,
// bytes}; a stamp is {boot u64, elapsed i64, wall i64}. Sections marked * are always there. Nothing
// else may stand in a body, so that every body that can be read is written back byte for byte.
//
//   1  pair       session token, refresh token (no bytes: none), sent stamp, session expires i64,
//   refresh expires i64,
//                 server time i64, life i64, kept u64, from start bool
//   2  intent     key, n u64, key epoch u64, fingerprint, shape, attempts u32, answered u32, maybe
//   sent bool,
//                 first stamp, not before i64, last digest i64, same digest u32
//   3  suspect    since stamp, reason i32, retried bool, request id, correlation id
//   4  tombstone  reason i32, at i64
//   5* lease      fence u64, owner u64, boot u64, deadline i64
//   6* heal       day i64, today u32, last i64, not before i64, wait i64, accepted since bool
//   7* platform   borrower id, offset known bool, offset i64
//   8  journey    journey id, status, next action
//   9* journal    up to 64 of {at i64, what u8, why i32, generation u64, request id, correlation
//   id}, oldest first
//
// Codes and journal events are kept whatever their value: an SDK of the same format may know more
// of them.
#pragma once

#include <cstdint>

#include "core/session/record.h"

namespace credit {

enum class RecordSection : std::uint8_t {
    pair = 1,
    intent = 2,
    suspect = 3,
    tombstone = 4,
    lease = 5,
    heal = 6,
    platform = 7,
    journey = 8,
    journal = 9,
};

// What no sound record can say. The encoder asks it too, so that nothing is stored that could not
// be read back. Counters and times are left alone: a strange one costs a wait, calling it malformed
// would cost the session.
bool record_contradicts_itself(const Record& record) noexcept;

}  // namespace credit
