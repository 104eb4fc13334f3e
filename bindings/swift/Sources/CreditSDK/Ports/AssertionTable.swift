import Foundation

/// Assertions under handles of our own: each is given back exactly once, by whoever comes first, its owner or the system.
final class AssertionTable: Sendable {
    private struct State {
        var next: UInt64 = 1
        /// `nil`: granted, and not told how to give it back yet.
        var open: [UInt64: (@Sendable () -> Void)?] = [:]
    }
    private let state = Locked(State())

    /// - Parameter ask: asks the system; gets what to call when the time is over, and returns how to give it back.
    func begin(_ ask: (_ expired: @escaping @Sendable () -> Void) -> (@Sendable () -> Void)?) -> UInt64? {
        let handle = state.withLock { state in
            defer { state.next += 1 }
            state.open[state.next] = .some(nil)
            return state.next
        }
        guard let giveBack = ask({ [weak self] in self?.end(handle) }) else {
            state.withLock { _ = $0.open.removeValue(forKey: handle) }
            return nil
        }
        let stillOpen = state.withLock { state in
            guard state.open[handle] != nil else { return false }
            state.open[handle] = .some(giveBack)
            return true
        }
        guard stillOpen else {
            giveBack()  // over before it began
            return nil
        }
        return handle
    }

    func end(_ handle: UInt64) {
        let giveBack = state.withLock { $0.open.removeValue(forKey: handle) }
        (giveBack ?? nil)?()
    }
}
