import CreditSDK
import Foundation

/// What the app's notification extension does with the shared session: says where the loan stands. The extension is a process
/// of its own with a few seconds to live; it never starts and never ends a session.
public struct NoticeModel: Sendable {
    private let settings: LoanSettings
    private let login: PartnerLogin

    public init(_ settings: LoanSettings, login: PartnerLogin? = nil) {
        self.settings = settings
        self.login = login ?? PartnerLogin(settings.login)
    }

    /// The text to show, or `nil` to leave the notification as it came: signed out, locked, or no time.
    public func text(within seconds: TimeInterval) async -> String? {
        guard
            let session = try? CreditSession(
                settings.configuration(authentication: login), borrower: settings.borrower)
        else { return nil }
        let journey = try? await session.journey(deadline: seconds)
        try? await session.close()
        return journey.map { "Your loan: " + $0.status }
    }
}
