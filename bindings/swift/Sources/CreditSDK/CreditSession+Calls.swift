internal import CCredit
import Foundation

extension CreditSession {
    /// Sends a request with the session token: gets a good token first, and on a 401 of the platform refreshes once and
    /// repeats once with the same idempotency key and correlation id. Any HTTP status is a response, not an error.
    public func send(
        _ request: CreditRequest, isolation: isolated (any Actor)? = #isolation
    ) async throws -> CreditResponse {
        let texts = CallTexts()
        let native = request.native(texts)
        let response: CreditResponse = try await call(self.native) { context, operation in
            withUnsafePointer(to: native) {
                credit_session_send(self.native.pointer, $0, context, Self.responseCallback, operation)
            }
        }
        withExtendedLifetime(texts) {}
        return response
    }

    /// The borrower's active journey; `nil`: there is none.
    ///
    /// - Parameter knownOnly: what the last session reply said, without asking the platform.
    public func journey(
        knownOnly: Bool = false, deadline: TimeInterval? = nil, isolation: isolated (any Actor)? = #isolation
    ) async throws -> Journey? {
        var options = credit_journey_options()
        options.struct_size = structSize(credit_journey_options.self)
        options.known_only = knownOnly ? 1 : 0
        options.deadline_ms = milliseconds(deadline)
        return try await call(native) { context, operation in
            withUnsafePointer(to: options) {
                credit_session_journey(native.pointer, $0, context, Self.journeyCallback, operation)
            }
        }
    }

    /// A JSON object without secrets: state, versions, counters and the journal of the last 64 events, which explains
    /// every sign-out.
    public func diagnostics(isolation: isolated (any Actor)? = #isolation) async throws -> String {
        try await call(native) { context, operation in
            credit_session_diagnostics(native.pointer, context, Self.textCallback, operation)
        }
    }

    private static let responseCallback: credit_response_callback = { context, response, error in
        let pending = PendingCall<CreditResponse>.taken(context)
        if let response { return pending.finish(.success(CreditResponse(response))) }
        pending.finish(.failure(error.map { CreditError.thrown(for: $0) } ?? CreditError(.CREDIT_INTERNAL)))
    }

    private static let journeyCallback: credit_journey_callback = { context, journey, error in
        let pending = PendingCall<Journey?>.taken(context)
        if let error { return pending.finish(.failure(CreditError.thrown(for: error))) }
        pending.finish(.success(journey.map { Journey($0) }))
    }

    private static let textCallback: credit_text_callback = { context, text, error in
        let pending = PendingCall<String>.taken(context)
        if let error { return pending.finish(.failure(CreditError.thrown(for: error))) }
        pending.finish(.success(text.text))
    }
}

extension CreditSession {
    /// The state of right now.
    public var state: SessionState {
        var info = credit_state_info()
        info.struct_size = structSize(credit_state_info.self)
        _ = credit_session_state(native.pointer, &info)
        return SessionState(info)
    }

    /// The present state and then each change, in order; ends when the session is closed. Every access is a subscription
    /// of its own. A reader that falls more than 64 states behind misses the oldest, never the newest.
    public var states: AsyncStream<SessionState> {
        let (stream, continuation) = AsyncStream.makeStream(of: SessionState.self, bufferingPolicy: .bufferingNewest(64))
        var observer = SessionState.Subscriber.observer(SessionState.Subscriber(continuation))
        var subscription: UInt64 = 0
        guard credit_session_subscribe(native.pointer, &observer, &subscription) == .CREDIT_OK else {
            // A spent session reports nothing more; the state it is in is the last one.
            continuation.yield(state)
            observer.release?(observer.context)
            return stream
        }
        continuation.onTermination = { [weak native, subscription] _ in
            guard let native else { return }
            _ = credit_session_unsubscribe(native.pointer, subscription)
        }
        return stream
    }

    /// What the app noticed and the session would learn later.
    public enum Hint: Sendable, Hashable {
        case networkAvailable
        case foreground
        case storageUnlocked
        case clockChanged
        /// The app has new credentials for the partner's server.
        case partnerCredentials

        var native: credit_hint {
            switch self {
            case .networkAvailable: return .CREDIT_HINT_NETWORK_AVAILABLE
            case .foreground: return .CREDIT_HINT_FOREGROUND
            case .storageUnlocked: return .CREDIT_HINT_STORAGE_UNLOCKED
            case .clockChanged: return .CREDIT_HINT_CLOCK_CHANGED
            case .partnerCredentials: return .CREDIT_HINT_PARTNER_CREDENTIALS
            }
        }
    }

    public func notify(_ hint: Hint) throws(CreditError) {
        try check(credit_session_notify(native.pointer, hint.native))
    }
}
