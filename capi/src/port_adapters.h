// The app's structs of function pointers as the core's ports.
#pragma once

#include <memory>
#include <utility>

#include "capi/src/owned_table.h"
#include "core/ports/background.h"
#include "core/ports/clock.h"
#include "core/ports/logger.h"
#include "core/ports/sealing_key.h"
#include "core/ports/secure_store.h"
#include "core/ports/session_provider.h"
#include "core/ports/transport.h"
#include "credit/credit.h"

namespace credit::capi {

class TableStore final : public SecureStore {
  public:
    explicit TableStore(TableRef<credit_secure_store> table) : table_(std::move(table)) {}
    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override;

  private:
    const TableRef<credit_secure_store> table_;
};

class TableSealingKey final : public SealingKey {
  public:
    explicit TableSealingKey(TableRef<credit_sealing_key> table) : table_(std::move(table)) {}
    StoreResult fetch(SecretRef& key) override;

  private:
    const TableRef<credit_sealing_key> table_;
};

class TableTransport final : public Transport {
  public:
    TableTransport(TableRef<credit_transport> table, std::shared_ptr<Clock> clock)
        : table_(std::move(table)), clock_(std::move(clock)) {}
    RequestID start(HttpRequest request, Completion done) override;
    void cancel(RequestID id) override;

  private:
    const TableRef<credit_transport> table_;
    const std::shared_ptr<Clock> clock_;
};

class TableClock final : public Clock {
  public:
    explicit TableClock(TableRef<credit_clock> table) : table_(std::move(table)) {}
    Now now() noexcept override;

  private:
    const TableRef<credit_clock> table_;
};

class TableLogger final : public Logger {
  public:
    explicit TableLogger(TableRef<credit_logger> table) : table_(std::move(table)) {}
    void log(LogLevel level, std::string_view line) noexcept override;

  private:
    const TableRef<credit_logger> table_;
};

class TableBackground final : public Background {
  public:
    explicit TableBackground(TableRef<credit_background> table) : table_(std::move(table)) {}
    std::uint64_t begin() noexcept override;
    void end(std::uint64_t handle) noexcept override;

  private:
    const TableRef<credit_background> table_;
};

class TableProvider final : public SessionProvider {
  public:
    explicit TableProvider(TableRef<credit_session_provider> table) : table_(std::move(table)) {}
    void provide(const ProviderRequest& request, Completion done) override;

  private:
    const TableRef<credit_session_provider> table_;
};

class TablePartnerAuth final : public PartnerAuth {
  public:
    explicit TablePartnerAuth(TableRef<credit_partner_auth> table) : table_(std::move(table)) {}
    void headers(Completion done) override;

  private:
    const TableRef<credit_partner_auth> table_;
};

// Completions by the app that came after the first one or belonged to nothing; all are ignored.
std::uint64_t ignored_completions() noexcept;

}  // namespace credit::capi
