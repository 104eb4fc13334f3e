#include <cstring>
#include <map>
#include <mutex>
#include <set>

#include "capi/src/port_adapters.h"
#include "platform/memory/memory_store.h"
#include "tests/contract/file_world.h"
#include "tests/contract/store_contract.h"
#include "tests/unit/engine_world.h"

namespace credit {
namespace {

class MemoryWorld : public StoreWorld {
  public:
    std::unique_ptr<SecureStore> start_process() override {
        return std::make_unique<MemoryStore>(disk_);
    }
    void damage(const RecordKey& key, std::size_t slot) override { disk_->damage(key.name, slot); }
    void make_newer(const RecordKey& key) override { disk_->make_newer(key.name); }
    std::size_t quarantined(const RecordKey& key) override {
        return disk_->image()[key.name].quarantine.size();
    }

  private:
    const std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
};

class HookedWorld : public MemoryWorld {
  public:
    std::unique_ptr<SecureStore> start_process() override {
        return std::make_unique<test::HookedStore>(MemoryWorld::start_process());
    }
};

// What a careful app does behind the C API: one record for each name, replaced as a whole.
class AppWorld : public StoreWorld {
  public:
    explicit AppWorld(bool locks) : locks_(locks) {}

    std::unique_ptr<SecureStore> start_process() override {
        credit_secure_store table{};
        table.struct_size = static_cast<std::uint32_t>(sizeof table);
        table.context = this;
        table.load = load;
        table.replace = replace;
        table.erase = erase;
        table.lock = locks_ ? lock : nullptr;
        table.unlock = locks_ ? unlock : nullptr;
        return std::make_unique<capi::TableStore>(
            std::make_shared<const capi::OwnedTable<credit_secure_store>>(table));
    }
    // The one record stands for both slots.
    void damage(const RecordKey& key, std::size_t slot) override {
        if (slot == 0) records_.at(key.name).at(0) ^= 0x10;
    }
    void make_newer(const RecordKey& key) override { records_.at(key.name).at(8) = 2; }
    std::size_t quarantined(const RecordKey&) override { return 0; }

  private:
    static AppWorld& of(void* context) { return *static_cast<AppWorld*>(context); }
    static std::string text(credit_str name) { return {name.data, name.size}; }

    static credit_store_answer load(void* context, credit_str name, credit_sink* sink) {
        AppWorld& self = of(context);
        const std::lock_guard<std::mutex> hold(self.mutex_);
        const auto at = self.records_.find(text(name));
        if (at == self.records_.end()) return CREDIT_STORE_ABSENT;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(at->second.data());
        EXPECT_EQ(credit_sink_write(sink, bytes, at->second.size()), CREDIT_OK);
        return CREDIT_STORE_PRESENT;
    }
    static credit_store_answer replace(void* context, credit_str name, const std::uint8_t* bytes,
                                       std::size_t size, std::uint64_t) {
        AppWorld& self = of(context);
        const std::lock_guard<std::mutex> hold(self.mutex_);
        self.records_[text(name)].assign(reinterpret_cast<const char*>(bytes), size);
        return CREDIT_STORE_DONE;
    }
    static credit_store_answer erase(void* context, credit_str name) {
        AppWorld& self = of(context);
        const std::lock_guard<std::mutex> hold(self.mutex_);
        return self.records_.erase(text(name)) != 0 ? CREDIT_STORE_DONE : CREDIT_STORE_ABSENT;
    }
    static credit_store_answer lock(void* context, credit_str name) {
        AppWorld& self = of(context);
        const std::lock_guard<std::mutex> hold(self.mutex_);
        return self.locked_.insert(text(name)).second ? CREDIT_STORE_DONE : CREDIT_STORE_TRANSIENT;
    }
    static void unlock(void* context, credit_str name) {
        AppWorld& self = of(context);
        const std::lock_guard<std::mutex> hold(self.mutex_);
        EXPECT_EQ(self.locked_.erase(text(name)), 1u);
    }

    const bool locks_;
    std::mutex mutex_;
    std::map<std::string, std::string> records_;
    std::set<std::string> locked_;
};

}  // namespace

std::vector<StoreKind> slotted_stores() {
    return {{"file", [] { return std::make_unique<FileWorld>(); }},
            {"memory", [] { return std::make_unique<MemoryWorld>(); }},
            {"memory_hooked", [] { return std::make_unique<HookedWorld>(); }}};
}

std::vector<StoreKind> all_stores() {
    std::vector<StoreKind> kinds = slotted_stores();
    kinds.push_back({"app", [] { return std::make_unique<AppWorld>(true); }});
    kinds.push_back({"app_alone", [] { return std::make_unique<AppWorld>(false); }, false});
    return kinds;
}

}  // namespace credit
