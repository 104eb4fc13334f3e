#include <cstring>

#include "capi/src/port_adapters.h"
#include "platform/memory/fixed_sealing_key.h"
#include "platform/memory/passphrase_sealing_key.h"
#include "tests/contract/key_contract.h"

namespace credit {
namespace {

class FixedWorld : public KeyWorld {
  public:
    std::shared_ptr<SealingKey> start_process() override { return of('k'); }
    std::shared_ptr<SealingKey> start_other() override { return of('o'); }

  private:
    static std::shared_ptr<SealingKey> of(char byte) {
        return std::make_shared<FixedSealingKey>(Secret::copy_of(std::string(32, byte)));
    }
};

class PassphraseWorld : public KeyWorld {
  public:
    std::shared_ptr<SealingKey> start_process() override { return of("test place"); }
    std::shared_ptr<SealingKey> start_other() override { return of("live place"); }

  private:
    static std::shared_ptr<SealingKey> of(const std::string& label) {
        constexpr PassphraseSealingKey::Cost kCheap{1, PassphraseSealingKey::kLeastMemory};
        return std::make_shared<PassphraseSealingKey>(Secret::copy_of("correct horse"), label,
                                                      kCheap);
    }
};

// An app's key source behind the C API; it can fail in each way the header names.
class AppKeyWorld : public KeyWorld {
  public:
    AppKeyWorld(credit_store_answer failure, StoreAnswer meant)
        : failure_(failure), meant_(meant) {}
    std::shared_ptr<SealingKey> start_process() override { return of(mine_); }
    std::shared_ptr<SealingKey> start_other() override { return of(other_); }
    std::optional<StoreAnswer> break_source() override {
        mine_.answer = failure_;
        return meant_;
    }
    void mend_source() override { mine_.answer = CREDIT_STORE_PRESENT; }

  private:
    struct Source {
        int byte;
        credit_store_answer answer = CREDIT_STORE_PRESENT;
    };
    static credit_store_answer fetch(void* context, std::uint8_t* key) {
        const Source& source = *static_cast<Source*>(context);
        if (source.answer == CREDIT_STORE_PRESENT) std::memset(key, source.byte, 32);
        return source.answer;
    }
    static std::shared_ptr<SealingKey> of(Source& source) {
        credit_sealing_key table{};
        table.struct_size = static_cast<std::uint32_t>(sizeof table);
        table.context = &source;
        table.fetch = fetch;
        return std::make_shared<capi::TableSealingKey>(
            std::make_shared<const capi::OwnedTable<credit_sealing_key>>(table));
    }
    const credit_store_answer failure_;
    const StoreAnswer meant_;
    Source mine_{'m'};
    Source other_{'o'};
};

KeyKind app_that(const char* name, credit_store_answer failure, StoreAnswer meant) {
    return {name, [=] { return std::make_unique<AppKeyWorld>(failure, meant); }};
}

}  // namespace

std::vector<KeyKind> key_kinds() {
    return {{"fixed", [] { return std::make_unique<FixedWorld>(); }, false},
            {"passphrase", [] { return std::make_unique<PassphraseWorld>(); }, false},
            app_that("app_locked", CREDIT_STORE_LOCKED, StoreAnswer::locked),
            app_that("app_transient", CREDIT_STORE_TRANSIENT, StoreAnswer::transient),
            app_that("app_denied", CREDIT_STORE_DENIED, StoreAnswer::denied),
            app_that("app_key_lost", CREDIT_STORE_KEY_LOST, StoreAnswer::key_lost),
            app_that("app_unsupported", CREDIT_STORE_UNSUPPORTED, StoreAnswer::unsupported),
            app_that("app_broken", CREDIT_STORE_DONE, StoreAnswer::denied)};
}

}  // namespace credit
