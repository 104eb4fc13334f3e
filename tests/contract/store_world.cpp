#include "tests/contract/store_world.h"

namespace credit {

RecordKey key_of(char letter) {
    RecordKey key;
    key.environment = Environment::test;
    key.origin = label_hash("test origin", "https://platform.example");
    key.borrower = label_hash("test borrower", std::string(1, letter));
    key.name = std::string(32, letter);
    return key;
}

RecordHeader header_of(const RecordKey& key, std::uint64_t write_seq) {
    RecordHeader header;
    header.environment = key.environment;
    header.origin = key.origin;
    header.borrower = key.borrower;
    header.version = {1, write_seq};
    header.write_seq = write_seq;
    return header;
}

SecretBuffer body_of(std::string_view text) {
    SecretBuffer body;
    body.append(text);
    return body;
}

StoreAnswer write(RecordStore& record, const RecordHeader& header, std::string_view body,
                  bool both_slots) {
    const StoreResult locked = record.lock();
    if (locked.answer != StoreAnswer::done) return locked.answer;
    const StoreResult written = record.replace(header, body_of(body), both_slots);
    record.unlock();
    return written.answer;
}

Loaded load(RecordStore& record) {
    Loaded loaded;
    SecretBuffer body;
    StoreResult result = record.load(loaded.header, body);
    loaded.answer = result.answer;
    loaded.detail = std::move(result.detail);
    loaded.body = body.view();
    return loaded;
}

Loaded load(SecureStore& store, const RecordKey& key) {
    return load(*store.open_record(key));
}

void PrintTo(StoreAnswer answer, std::ostream* out) {
    static constexpr const char* kNames[] = {"present",   "done",         "absent",  "locked",
                                             "transient", "denied",       "corrupt", "wrong_key",
                                             "key_lost",  "newer_format", "full",    "unsupported"};
    *out << kNames[static_cast<std::size_t>(answer)];
}

}  // namespace credit
