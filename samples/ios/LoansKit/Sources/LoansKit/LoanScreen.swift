import CreditSDK
import Foundation

/// All that the screen shows. A value, so that a test reads what a person would.
public struct LoanScreen: Sendable, Equatable {
    public enum Phase: Sendable, Equatable {
        case loading
        case signedOut
        case unlockDevice
        case ready
    }

    public var phase = Phase.loading
    /// Nothing of these is a reason to sign anybody out.
    public var isOffline = false
    public var isRefreshing = false
    /// Of the token that is in use, rounded up; `nil`: none, or its life is not known.
    public var secondsLeft: Int?
    public var generation: UInt64 = 0
    public var journey: String?
    /// "200, req_…".
    public var lastCall: String?
    /// What went wrong, in words for a person; `nil` when the last action worked.
    public var problem: String?
    public var isBusy = false
    public var showsCheckout = false

    public init() {}

    public var countdown: String {
        guard let secondsLeft else { return "-" }
        return String(secondsLeft / 60) + ":" + (secondsLeft % 60 < 10 ? "0" : "") + String(secondsLeft % 60)
    }

    mutating func show(_ state: SessionState) {
        switch state.phase {
        case .loading, .other: phase = .loading
        case .active: phase = .ready
        case .storageLocked: phase = .unlockDevice
        case .noSession, .closed:
            phase = .signedOut
            journey = nil
            secondsLeft = nil
        }
        isOffline = state.properties.contains(.offline)
        isRefreshing = state.properties.contains(.refreshing)
        generation = state.generation
    }

    /// What a person can do about it.
    static func words(for error: any Error) -> String? {
        switch error {
        case is CancellationError: return nil
        case let error as CreditError:
            switch error {
            case .sessionNeeded: return "Please start again."
            case .network, .interrupted: return "No connection. Nothing is lost; please try again."
            case .storage: return "Please unlock the device once."
            case .partner: return "Please log in to the app again."
            case .platform, .usage, .library:
                return "Something went wrong (\(error.code)\(error.requestID.map { ", " + $0 } ?? ""))."
            }
        default: return "Something went wrong."
        }
    }
}
