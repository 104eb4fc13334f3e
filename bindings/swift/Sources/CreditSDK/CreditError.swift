internal import CCredit
import Foundation

/// What every call of ``CreditSession`` throws, sorted by what an app can do about it. A cancelled task gets
/// `CancellationError` instead.
public enum CreditError: Error, Sendable {
    /// The call or the configuration is wrong; the message names the field. Only a change of the app helps.
    case usage(Details)
    /// Nothing is broken, but the operation did not come to its end: a deadline, a closed session, a stale hand-over.
    case interrupted(Details)
    /// There is no session to work with: start one, or hand one in. ``CreditError/code`` says why.
    case sessionNeeded(Details)
    /// No answer came. Ask again when ``CreditError/isRetryable`` says so.
    case network(Details)
    /// The platform refused, or answered what it must not answer.
    case platform(Details)
    /// The partner's server, or the session provider of the app. Tokens are kept.
    case partner(Details)
    /// Secure storage. Nothing was deleted. Locked storage opens by itself when the device is unlocked.
    case storage(Details)
    /// The library: out of memory, or a defect to be reported.
    case library(Details)

    /// Everything that is known about an error. Nothing in it is a secret.
    public struct Details: Sendable, Hashable {
        public var code: CreditErrorCode
        /// For logs and developers. The wording may change.
        public var message: String
        /// The platform's `error.code` as received.
        public var platformCode: String?
        /// `nil`: there was no reply.
        public var httpStatus: Int?
        /// The platform's name for the request.
        public var requestID: String?
        /// Our name for the call, the same on every repeat.
        public var correlationID: String?
        /// When the server wants the next attempt, in seconds from the moment the error came.
        public var retryAfter: TimeInterval?

        public init(
            code: CreditErrorCode, message: String, platformCode: String? = nil, httpStatus: Int? = nil,
            requestID: String? = nil, correlationID: String? = nil, retryAfter: TimeInterval? = nil
        ) {
            self.code = code
            self.message = message
            self.platformCode = platformCode
            self.httpStatus = httpStatus
            self.requestID = requestID
            self.correlationID = correlationID
            self.retryAfter = retryAfter
        }
    }

    public init(_ details: Details) {
        switch details.code.remedy {
        case .usage: self = .usage(details)
        case .interrupted: self = .interrupted(details)
        case .session: self = .sessionNeeded(details)
        case .network: self = .network(details)
        case .platform: self = .platform(details)
        case .partner: self = .partner(details)
        case .storage: self = .storage(details)
        case .library: self = .library(details)
        }
    }

    public var details: Details {
        switch self {
        case .usage(let details), .interrupted(let details), .sessionNeeded(let details), .network(let details),
            .platform(let details), .partner(let details), .storage(let details), .library(let details):
            return details
        }
    }

    public var code: CreditErrorCode { details.code }
    public var message: String { details.message }
    public var platformCode: String? { details.platformCode }
    public var httpStatus: Int? { details.httpStatus }
    public var requestID: String? { details.requestID }
    public var correlationID: String? { details.correlationID }
    public var retryAfter: TimeInterval? { details.retryAfter }
    /// The same call may succeed later without the app changing anything.
    public var isRetryable: Bool { code.isRetryable }
    /// Only a new session can help.
    public var needsNewSession: Bool { code.needsNewSession }
}

extension CreditError: LocalizedError, CustomStringConvertible {
    /// For developers; show people texts of your own.
    public var errorDescription: String? { description }

    public var description: String {
        var text = "\(code): \(message)"
        if let requestID { text += " [requestID \(requestID)]" }
        if let correlationID { text += " [correlationID \(correlationID)]" }
        return text
    }
}

extension CreditError {
    init(_ code: credit_code) {
        let code = CreditErrorCode(code)
        self.init(Details(code: code, message: code.description))
    }

    /// From an error that the library lends or hands out.
    init(native error: OpaquePointer) {
        let status = credit_error_http_status(error)
        let retryAfter = credit_error_retry_after_ms(error)
        self.init(
            Details(
                code: CreditErrorCode(credit_error_code(error)), message: credit_error_message(error).text,
                platformCode: credit_error_platform_code(error).textOrNil, httpStatus: status == 0 ? nil : Int(status),
                requestID: credit_error_request_id(error).textOrNil,
                correlationID: credit_error_correlation_id(error).textOrNil,
                retryAfter: retryAfter < 0 ? nil : Double(retryAfter) / 1000))
    }

    /// What a call throws for an error of the library.
    static func thrown(for error: OpaquePointer) -> any Error {
        credit_error_code(error) == .CREDIT_CANCELLED ? CancellationError() : CreditError(native: error)
    }

    static func thrown(for code: credit_code) -> any Error {
        code == .CREDIT_CANCELLED ? CancellationError() : CreditError(code)
    }
}
