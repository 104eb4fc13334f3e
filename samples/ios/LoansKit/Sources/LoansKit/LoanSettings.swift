import CreditSDK
import Foundation

/// Where the sample talks to and what it is called there. App and extension make the same session of the same settings.
public struct LoanSettings: Sendable {
    public var platform: URL
    public var partner: URL
    /// The app's own name for its user, and what that user's login at the partner's server gave.
    public var borrower: String
    public var login: String
    public var storage: CreditConfiguration.Storage
    public var network = CreditConfiguration.Network.automatic
    public var trust: CreditConfiguration.Trust?

    public init(platform: URL, partner: URL, borrower: String, login: String, storage: CreditConfiguration.Storage) {
        self.platform = platform
        self.partner = partner
        self.borrower = borrower
        self.login = login
        self.storage = storage
    }

    func configuration(authentication: any PartnerAuthentication) -> CreditConfiguration {
        var configuration = CreditConfiguration(
            environment: .test, platformURL: platform, partnerURL: partner, storage: storage)
        configuration.partnerAuthentication = authentication
        configuration.network = network
        configuration.trust = trust
        return configuration
    }
}

/// The app's login towards its own server. One object for each process: ports of a session count by identity.
public final class PartnerLogin: PartnerAuthentication {
    private let token: String
    public init(_ token: String) { self.token = token }
    public func headers() async throws -> [CreditHeader] { [CreditHeader("Authorization", "Bearer " + token)] }
}
