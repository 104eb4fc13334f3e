internal import CCredit
import Foundation

/// The session of one borrower. It keeps the tokens, renews them by itself, stores them sealed and signs every call.
///
/// Opening the same borrower twice in one process gives the same session. All calls may come from any task; none blocks.
/// Cancelling a task ends the wait with `CancellationError` and never the renewal of tokens that is under way.
/// The session is closed in this process when the last object goes; what is stored stays.
public final class CreditSession: Sendable {
    let native: NativeSession

    /// Opens the session. Reading storage happens meanwhile; see ``states``.
    ///
    /// - Throws: ``CreditError/usage(_:)`` when the configuration is wrong (the message names the field), or the session is
    ///   open with another one.
    public init(_ configuration: CreditConfiguration, borrower externalID: String) throws(CreditError) {
        let settings = try NativeConfiguration(configuration)
        let texts = CallTexts()
        var session: OpaquePointer?
        var failure: OpaquePointer?
        let code = credit_session_open(settings.pointer, texts.add(externalID), &session, &failure)
        defer { credit_error_release(failure) }
        guard code == .CREDIT_OK, let session else {
            if let failure { throw CreditError(native: failure) }
            throw CreditError(code)
        }
        native = NativeSession(owning: session)
    }

    // MARK: Life

    /// How a session is created or resumed.
    public struct StartOptions: Sendable {
        /// Make a new session even if there is one.
        public var replacing = false
        /// For example `PERSONAL_LOAN`; `nil`: the partner's default.
        public var journeyType: String?
        /// A JSON object for the partner; sent once, never stored, never logged.
        public var profile: CreditSecret?
        /// In seconds from the call; `nil`: the policy's.
        public var deadline: TimeInterval?

        public init(
            replacing: Bool = false, journeyType: String? = nil, profile: CreditSecret? = nil,
            deadline: TimeInterval? = nil
        ) {
            self.replacing = replacing
            self.journeyType = journeyType
            self.profile = profile
            self.deadline = deadline
        }
    }

    /// Makes sure that there is a session: does nothing if there is one, else creates or resumes it through the partner's
    /// server or the ``SessionProvider``.
    public func start(_ options: StartOptions = StartOptions(), isolation: isolated (any Actor)? = #isolation) async throws {
        let texts = CallTexts()
        var native = credit_start_options()
        native.struct_size = structSize(credit_start_options.self)
        native.replace = options.replacing ? 1 : 0
        native.journey_type = texts.add(options.journeyType)
        native.profile_json = texts.add(secret: options.profile)
        native.deadline_ms = milliseconds(options.deadline)
        let _: Void = try await call(self.native) { context, operation in
            withUnsafePointer(to: native) {
                credit_session_start(self.native.pointer, $0, context, doneCallback, operation)
            }
        }
        withExtendedLifetime(texts) {}
    }

    /// Takes over what the app's own backend returned: the partner's flat shape or the platform's envelope.
    ///
    /// - Parameter replacing: take it even if it is older than the live session.
    public func adopt(
        json: Data, replacing: Bool = false, isolation: isolated (any Actor)? = #isolation
    ) async throws {
        let texts = CallTexts()
        var options = credit_adopt_options()
        options.struct_size = structSize(credit_adopt_options.self)
        options.replace = replacing ? 1 : 0
        let text = texts.add(data: json)
        let _: Void = try await call(native) { context, operation in
            withUnsafePointer(to: options) {
                credit_session_adopt_json(native.pointer, text, $0, context, doneCallback, operation)
            }
        }
        withExtendedLifetime(texts) {}
    }

    /// Signs out. The token of this process is gone at once; when this returns, no secret is left in storage, and the object
    /// is spent: open a new one. Not ended by a cancelled task: ending goes on in any case.
    public func end(isolation: isolated (any Actor)? = #isolation) async throws {
        let _: Void = try await call(native) { context, _ in
            credit_session_end(native.pointer, context, doneCallback)
        }
    }

    /// Closes the session in this process, for everybody who opened it; what is stored stays. Running operations end with
    /// ``CreditErrorCode/closed`` first.
    public func close(isolation: isolated (any Actor)? = #isolation) async throws {
        let _: Void = try await call(native) { context, _ in
            credit_session_close(native.pointer, context, doneCallback)
        }
    }

    // MARK: Tokens

    /// A session token that is good: from memory, at once and on the caller's thread, or after one refresh that all callers
    /// share.
    ///
    /// - Parameters:
    ///   - minimumLifetime: in seconds; `nil`: the policy's. The server may issue shorter ones, which are then handed out.
    ///   - deadline: in seconds from the call; `nil`: the policy's.
    public func token(
        minimumLifetime: TimeInterval? = nil, deadline: TimeInterval? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws -> AccessToken {
        try Task.checkCancellation()
        if let token = try currentToken(minimumLifetime: minimumLifetime) { return token }
        var options = credit_token_options()
        options.struct_size = structSize(credit_token_options.self)
        options.minimum_lifetime_ms = milliseconds(minimumLifetime)
        options.deadline_ms = milliseconds(deadline)
        return try await call(native) { context, operation in
            withUnsafePointer(to: options) {
                credit_session_get_token(native.pointer, $0, context, Self.tokenCallback, operation)
            }
        }
    }

    /// The token of right now, or `nil`. No lock, no system call, no wait.
    public func currentToken(minimumLifetime: TimeInterval? = nil) throws(CreditError) -> AccessToken? {
        var token: OpaquePointer?
        let code = credit_session_current_token(native.pointer, milliseconds(minimumLifetime), &token)
        if code == .CREDIT_OK, let token {
            let current = AccessToken(NativeToken(owning: token))
            return native.isRefused(current.generation) ? nil : current
        }
        if code == .CREDIT_NO_LIVE_TOKEN { return nil }
        throw CreditError(code)
    }

    /// The platform answered 401 with its envelope to a call that carried this token. ``send(_:isolation:)`` does this by
    /// itself.
    public func reject(_ token: AccessToken) throws(CreditError) {
        try check(credit_session_reject_token(native.pointer, token.generation))
        native.refuse(token.generation)
    }

    private static let tokenCallback: credit_token_callback = { context, token, error in
        let pending = PendingCall<AccessToken>.taken(context)
        if let token { return pending.finish(.success(AccessToken(NativeToken(retaining: token)))) }
        pending.finish(.failure(error.map { CreditError.thrown(for: $0) } ?? CreditError(.CREDIT_INTERNAL)))
    }

    func check(_ code: credit_code) throws(CreditError) {
        guard code == .CREDIT_OK else { throw CreditError(code) }
    }
}
