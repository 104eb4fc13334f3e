internal import CCredit
import Foundation

/// Where a session stands. Only ``Phase/noSession(reason:)`` is a reason to ask the borrower for anything.
public struct SessionState: Sendable, Hashable {
    public enum Phase: Sendable, Hashable {
        /// Storage is being read.
        case loading
        /// There is none; the reason says whether none was ever started, somebody signed out, or the platform ended it.
        case noSession(reason: CreditErrorCode)
        case active
        /// Waits for the device to be unlocked; nothing is lost.
        case storageLocked(reason: CreditErrorCode?)
        /// Closed in this process; what is stored stays.
        case closed
        /// A newer library has more phases.
        case other(Int32)
    }

    /// What else is true of an active session. None of these is a reason to sign anybody out.
    public struct Properties: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let refreshing = Properties(rawValue: UInt32(CREDIT_PROPERTY_REFRESHING))
        /// The last attempt found no server.
        public static let offline = Properties(rawValue: UInt32(CREDIT_PROPERTY_OFFLINE))
        /// The server answers, but gives neither token nor verdict.
        public static let stuck = Properties(rawValue: UInt32(CREDIT_PROPERTY_STUCK))
        /// The platform ended the session; a new one is being made.
        public static let healing = Properties(rawValue: UInt32(CREDIT_PROPERTY_HEALING))
        /// The newest tokens are in memory only; storage is being retried.
        public static let unsaved = Properties(rawValue: UInt32(CREDIT_PROPERTY_UNSAVED))
    }

    public var phase: Phase
    public var properties: Properties
    /// Of the newest tokens; 0: none yet.
    public var generation: UInt64
    /// Of the session token, by the device's clock; `nil`: unknown or none.
    public var expiresAt: Date?

    public init(phase: Phase, properties: Properties = [], generation: UInt64 = 0, expiresAt: Date? = nil) {
        self.phase = phase
        self.properties = properties
        self.generation = generation
        self.expiresAt = expiresAt
    }

    init(_ info: credit_state_info) {
        let reason = CreditErrorCode(info.reason)
        switch info.state {
        case .CREDIT_STATE_LOADING: phase = .loading
        case .CREDIT_STATE_NO_SESSION: phase = .noSession(reason: reason)
        case .CREDIT_STATE_ACTIVE: phase = .active
        case .CREDIT_STATE_STORAGE_LOCKED: phase = .storageLocked(reason: info.reason == .CREDIT_OK ? nil : reason)
        case .CREDIT_STATE_CLOSED: phase = .closed
        default: phase = .other(info.state.rawValue)
        }
        properties = Properties(rawValue: info.properties)
        generation = info.generation
        expiresAt = date(milliseconds: info.expires_at_ms)
    }
}

extension SessionState {
    /// The stream of one subscriber. The library keeps the reference that it got as context until the last state.
    final class Subscriber: Sendable {
        let continuation: AsyncStream<SessionState>.Continuation
        init(_ continuation: AsyncStream<SessionState>.Continuation) { self.continuation = continuation }

        static func observer(_ subscriber: Subscriber) -> credit_observer {
            credit_observer(
                struct_size: structSize(credit_observer.self),
                context: Unmanaged.passRetained(subscriber).toOpaque(),
                on_state: { context, info in
                    let subscriber = Unmanaged<Subscriber>.fromOpaque(context!).takeUnretainedValue()
                    subscriber.continuation.yield(SessionState(info.pointee))
                },
                release: { context in
                    Unmanaged<Subscriber>.fromOpaque(context!).takeRetainedValue().continuation.finish()
                })
        }
    }
}
