internal import CCredit
import Foundation

/// A session token of the borrower. It does not print; the library wipes it when the last holder lets go.
public struct AccessToken: Sendable {
    /// How this caller got it.
    public enum Source: Sendable, Hashable {
        /// From memory or from storage.
        case cache
        /// By a refresh that this caller waited for.
        case refresh
        /// By a start that this caller waited for.
        case start
    }

    private let native: NativeToken

    init(_ native: NativeToken) { self.native = native }

    /// Grows with every pair of tokens; what ``CreditSession/reject(_:)`` names.
    public var generation: UInt64 { credit_token_generation(native.pointer) }

    /// By the device's clock, corrected by the server's; `nil`: unknown.
    public var expiresAt: Date? { date(milliseconds: credit_token_expires_at_ms(native.pointer)) }

    public var source: Source {
        switch credit_token_source_of(native.pointer) {
        case .CREDIT_TOKEN_FROM_REFRESH: return .refresh
        case .CREDIT_TOKEN_FROM_START: return .start
        default: return .cache
        }
    }

    /// Lends the secret for the length of the closure, without a copy.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(native) { try body(credit_token_value(native.pointer).bytes) }
    }

    /// The secret as a `String`, which nobody can wipe. For APIs that take nothing else; better let
    /// ``CreditSession/send(_:isolation:)`` carry the token.
    public func revealed() -> String { withExtendedLifetime(native) { credit_token_value(native.pointer).text } }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "AccessToken(generation \(generation))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
