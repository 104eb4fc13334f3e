internal import CCredit

/// One reference to a session of the library.
///
/// `@unchecked Sendable`: every function of the library may be called from any thread, and the pointer never changes.
final class NativeSession: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The newest generation that this object was told to be refused. The library acts on a refusal on a thread of its own,
    /// so the token of right now may be the refused one for a moment.
    private let refused = Locked<UInt64>(0)

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    func refuse(_ generation: UInt64) { refused.withLock { $0 = max($0, generation) } }
    func isRefused(_ generation: UInt64) -> Bool { refused.withLock { generation <= $0 } }

    /// Releasing the last reference closes the session in this process; what is stored stays.
    deinit { credit_session_release(pointer) }
}

/// One reference to a token of the library.
///
/// `@unchecked Sendable`: tokens do not change.
final class NativeToken: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }
    init(retaining pointer: OpaquePointer) {
        credit_token_retain(pointer)
        self.pointer = pointer
    }
    deinit { credit_token_release(pointer) }
}
