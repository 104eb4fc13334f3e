import Foundation

@testable import CreditSDK

/// A store in memory that can be told to fail.
final class MemoryStore: SharedSecureStore, Sendable {
    struct State {
        var records: [String: (Data, UInt64)] = [:]
        var failure: StoreFailure?
        var locks = 0
        var unlocks = 0
        var writes = 0
    }
    let state = Locked(State())

    func fail(with failure: StoreFailure?) { state.withLock { $0.failure = failure } }
    var writes: Int { state.withLock { $0.writes } }

    func load(_ name: String) async throws -> Data? {
        await Task.yield()
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.records[name]?.0
        }
    }

    func replace(_ name: String, with record: Data, writeSequence: UInt64) async throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            precondition(writeSequence > state.records[name]?.1 ?? 0, "write_seq must grow")
            state.records[name] = (record, writeSequence)
            state.writes += 1
        }
    }

    func erase(_ name: String) async throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.records[name] = nil
        }
    }

    func lock(_ name: String) async throws { state.withLock { $0.locks += 1 } }
    func unlock(_ name: String) async { state.withLock { $0.unlocks += 1 } }
}
