// A port as the app gave it: its struct of function pointers, copied, and let go of once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "capi/src/guard.h"
#include "capi/src/sized.h"
#include "core/base/result.h"

namespace credit::capi {

template <class Table>
class OwnedTable {
  public:
    explicit OwnedTable(const Table& table) noexcept : table_(table) {}
    ~OwnedTable() {
        if (table_.release != nullptr && !in_forked_child()) table_.release(table_.context);
    }
    OwnedTable(const OwnedTable&) = delete;
    OwnedTable& operator=(const OwnedTable&) = delete;

    const Table* operator->() const noexcept { return &table_; }
    const Table& operator*() const noexcept { return table_; }

  private:
    const Table table_;
};

template <class Table>
using TableRef = std::shared_ptr<const OwnedTable<Table>>;

// The message for a struct that read_sized() refused.
inline Status sized_status(credit_code code, std::string_view name) {
    if (code == CREDIT_OK) return Unit{};
    const char* why = code == CREDIT_UNSUPPORTED ? ": sets a field that this library does not know"
                                                 : ": NULL, or struct_size is not set";
    return Error(static_cast<Code>(code), std::string(name) + why);
}

// Takes over a table in which `missing(table)` finds nothing missing; it returns the name of the
// function that is, or null. A refused table stays the app's: its release() is not called.
template <class Table, class Missing>
Status take_table(const Table* in, std::string_view name, Missing missing, TableRef<Table>& slot) {
    Table table;
    const Status sized = sized_status(read_sized(in, table), name);
    if (!sized.ok()) return sized;
    if (const char* function = missing(table)) {
        return Error(Code::invalid_argument, std::string(name) + "." + function + ": is NULL");
    }
    // If this throws, nothing was taken over.
    slot = std::make_shared<const OwnedTable<Table>>(table);
    return Unit{};
}

}  // namespace credit::capi
