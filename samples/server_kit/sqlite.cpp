#include "server_kit/sqlite.h"

#include <sqlite3.h>

#include <stdexcept>
#include <utility>

namespace credit::kit {

namespace {

[[noreturn]] void fail(sqlite3* handle, const std::string& what) {
    throw std::runtime_error("SQLite, " + what + ": " +
                             (handle != nullptr ? sqlite3_errmsg(handle) : "no memory"));
}

}  // namespace

Statement::Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(handle_), "binding");
}

Statement& Statement::bind(int index, std::int64_t value) {
    check(sqlite3_bind_int64(handle_, index, value));
    return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
    // An empty view may carry a null pointer, which SQLite would take for NULL.
    const char* data = value.data() != nullptr ? value.data() : "";
    check(sqlite3_bind_text64(handle_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int index, const std::optional<std::string>& value) {
    return value ? bind(index, std::string_view(*value)) : bind_null(index);
}

Statement& Statement::bind_null(int index) {
    check(sqlite3_bind_null(handle_, index));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(handle_), "running a statement");
}

void Statement::run() {
    step();
    reset();
}

void Statement::reset() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::optional<std::string> Statement::optional_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

Database::Database(const std::string& path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    if (sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
        const std::string reason = handle_ != nullptr ? sqlite3_errmsg(handle_) : "no memory";
        sqlite3_close(handle_);
        throw std::runtime_error("cannot open the database " + path + ": " + reason);
    }
    sqlite3_busy_timeout(handle_, 5000);
    try {
        exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;");
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

Database::~Database() {
    sqlite3_close_v2(handle_);
}

void Database::exec(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(handle_, "running SQL");
    }
}

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement,
                           nullptr) != SQLITE_OK) {
        fail(handle_, "preparing " + std::string(sql));
    }
    return Statement(statement);
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle_);
}

int Database::changes() const {
    return sqlite3_changes(handle_);
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.exec("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        database_.exec("ROLLBACK");
    } catch (...) {
        // SQLite has rolled back by itself already: there is nothing left to undo.
    }
}

void Transaction::commit() {
    database_.exec("COMMIT");
    open_ = false;
}

}  // namespace credit::kit
