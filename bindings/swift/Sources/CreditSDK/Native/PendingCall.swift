internal import CCredit

/// One asynchronous call into the library: the hand-over between the task that waits, the thread that completes and
/// whoever cancels the task. All three may come at once; the continuation is resumed exactly once.
///
/// The library gets one reference as the callback's context and gives it back by the callback.
final class PendingCall<Value: Sendable>: Sendable {
    private enum Phase {
        case idle
        case waiting(CheckedContinuation<Value, any Error>, credit_op)
        case cancelled
        case finished
    }

    private let phase = Locked(Phase.idle)
    private let session: NativeSession

    init(_ session: NativeSession) { self.session = session }

    /// `start` is given the context for the callback and the place for the operation's name.
    func begin(
        _ continuation: CheckedContinuation<Value, any Error>,
        _ start: (UnsafeMutableRawPointer, UnsafeMutablePointer<credit_op>) -> credit_code
    ) {
        let mayStart = phase.withLock { phase in
            if case .cancelled = phase { return false }
            phase = .waiting(continuation, 0)
            return true
        }
        guard mayStart else { return continuation.resume(throwing: CancellationError()) }
        var operation: credit_op = 0
        let context = Unmanaged.passRetained(self)
        let code = start(context.toOpaque(), &operation)
        guard code == .CREDIT_OK else {
            context.release()
            return finish(.failure(CreditError.thrown(for: code)))
        }
        // A cancellation that came before the operation had a name is carried out now.
        if named(operation) { cancelNative(operation) }
    }

    func finish(_ result: Result<Value, any Error>) {
        let waiting = phase.withLock { phase -> CheckedContinuation<Value, any Error>? in
            guard case .waiting(let continuation, _) = phase else { return nil }
            phase = .finished
            return continuation
        }
        waiting?.resume(with: result)
    }

    /// The operation ends with CREDIT_CANCELLED, which becomes `CancellationError`. A rotation that it started goes on.
    func cancel() {
        let operation = phase.withLock { phase -> credit_op? in
            switch phase {
            case .idle:
                phase = .cancelled
                return nil
            case .waiting(let continuation, let operation):
                if operation == 0 { phase = .waiting(continuation, .max) }
                return operation == 0 ? nil : operation
            case .cancelled, .finished:
                return nil
            }
        }
        if let operation { cancelNative(operation) }
    }

    static func taken(_ context: UnsafeMutableRawPointer?) -> PendingCall {
        Unmanaged<PendingCall>.fromOpaque(context!).takeRetainedValue()
    }

    /// True when it was cancelled meanwhile. `.max` stands for "cancelled without a name yet".
    private func named(_ operation: credit_op) -> Bool {
        phase.withLock { phase in
            guard case .waiting(let continuation, let known) = phase else { return false }
            phase = .waiting(continuation, operation)
            return known == .max
        }
    }

    private func cancelNative(_ operation: credit_op) {
        _ = credit_session_cancel(session.pointer, operation)
    }
}

/// Waits for one asynchronous call; stays on the caller's actor.
func call<Value: Sendable>(
    _ session: NativeSession, isolation: isolated (any Actor)? = #isolation,
    _ start: (UnsafeMutableRawPointer, UnsafeMutablePointer<credit_op>) -> credit_code
) async throws -> Value {
    let pending = PendingCall<Value>(session)
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { pending.begin($0, start) }
    } onCancel: {
        pending.cancel()
    }
}

/// The callback of operations that bring nothing but success or an error.
let doneCallback: credit_done_callback = { context, error in
    let pending = PendingCall<Void>.taken(context)
    pending.finish(error.map { .failure(CreditError.thrown(for: $0)) } ?? .success(()))
}
