#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace credit::kit {

// Everything here throws std::runtime_error with SQLite's message.

class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // Indexes of parameters count from 1, as in SQLite. Each returns *this, to be chained.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, int value) { return bind(index, std::int64_t{value}); }
    Statement& bind(int index, bool value) { return bind(index, std::int64_t{value}); }
    Statement& bind(int index, std::string_view value);
    Statement& bind(int index, const std::string& value) {
        return bind(index, std::string_view(value));
    }
    Statement& bind(int index, const char* value) { return bind(index, std::string_view(value)); }
    Statement& bind(int index, const std::optional<std::string>& value);
    Statement& bind_null(int index);

    // True while there is a row to read.
    bool step();

    // For statements without rows: one step, then ready to be bound again.
    void run();
    void reset();

    // Columns count from 0.
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    bool is_null(int column) const;
    std::optional<std::string> optional_text(int column) const;

  private:
    friend class Database;
    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
    void check(int code) const;

    sqlite3_stmt* handle_ = nullptr;
};

// One connection: WAL, foreign keys on, a busy timeout of 5 s. Not for several threads at once:
// guard it with a mutex of your own (a transaction has to be under one lock anyway).
class Database {
  public:
    explicit Database(const std::string& path);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    void exec(const std::string& sql);
    Statement prepare(std::string_view sql);
    std::int64_t last_insert_id() const;
    int changes() const;

  private:
    sqlite3* handle_ = nullptr;
};

// BEGIN IMMEDIATE on construction; rolls back unless commit() was called.
class Transaction {
  public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

}  // namespace credit::kit
