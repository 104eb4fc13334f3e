import Foundation

/// A value that is only touched with a lock held. `Synchronization.Mutex` needs a newer system than iOS 15.
///
/// `@unchecked Sendable`: every access to `value` goes through `withLock`.
final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
