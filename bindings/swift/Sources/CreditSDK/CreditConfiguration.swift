import Foundation

/// Everything a session has to know. A value: describe it where it is needed, as often as you like. Ports (the objects that
/// conform to the SDK's protocols) count by identity, so use the same objects for the same session.
public struct CreditConfiguration: Sendable {
    public enum Environment: Sendable, Hashable { case test, live }

    /// Where the session's record lies.
    public enum Storage: Sendable {
        /// A sealed file in this folder (created if missing, readable by the app alone).
        case sealedFile(directory: URL, key: Key)
        /// The Keychain (Apple's systems): on this device only, readable once it was unlocked after its start.
        ///
        /// - Parameters:
        ///   - accessGroup: a keychain access group or an app group of the app's entitlements.
        ///   - container: a folder in the app's container, or in the app group's where an extension shares the session; it
        ///     holds this install's key and goes with the app, so that a reinstall starts clean.
        case keychain(accessGroup: String, container: URL)
        /// The app's own storage.
        case store(any SecureStore)

        /// What seals the file.
        public enum Key: Sendable {
            /// 32 bytes.
            case bytes(CreditSecret)
            /// Argon2id over a passphrase of at least 8 bytes.
            case passphrase(CreditSecret)
            /// From the platform's key store.
            case provided(any SealingKey)
            /// The desktop's keyring (Linux).
            case secretService
        }
    }

    /// Who sends.
    public enum Network: Sendable {
        /// `URLSession` on Apple platforms (its trust store, proxies and VPN come with it), libcurl elsewhere.
        case automatic
        case libcurl
        case transport(any Transport)
    }

    /// Where refreshes go.
    public enum RefreshRoute: Sendable, Hashable {
        /// The app refreshes at the platform.
        case platform
        /// The app holds the refresh token and refreshes through the partner's server.
        case partner
        /// No refresh token on the device; the partner's server refreshes.
        case backendManaged
    }

    /// How a refresh is written, where the platform's defaults do not fit.
    public struct RefreshRequest: Sendable, Hashable {
        public enum Carrier: Sendable, Hashable { case standard, authorization, body }
        public enum Body: Sendable, Hashable { case standard, emptyObject, refreshToken, refreshTokenSnakeCase, none }
        public var carrier = Carrier.standard
        public var body = Body.standard
        /// As a structured-field string, with quotes.
        public var quotesIdempotencyKey = false
        /// `X-AL-API-Version`; `nil`: not sent.
        public var apiVersion: String?
        public init() {}
    }

    /// Paths below the platform's and the partner's URL; `nil`: the default.
    public struct Paths: Sendable, Hashable {
        public var refresh: String?
        public var journeys: String?
        public var partnerSession: String?
        public var partnerRefresh: String?
        public init() {}
    }

    /// Numbers of the lifecycle, in seconds; `nil` keeps the library's default.
    public struct Policy: Sendable, Hashable {
        public var maximumWaiters: Int?
        public var refreshAhead: TimeInterval?
        public var minimumLifetime: TimeInterval?
        public var connectTimeout: TimeInterval?
        public var attemptTimeout: TimeInterval?
        public var settleWindow: TimeInterval?
        public var callDeadline: TimeInterval?
        public var healSpread: TimeInterval?
        public init() {}
    }

    /// Trust of libcurl's connections. With another transport configure trust there.
    public struct Trust: Sendable, Hashable {
        /// Trusted roots instead of the system's.
        public var certificateAuthoritiesPEM: String?
        /// `sha256//<base64>`; at least two, one being the backup.
        public var pinnedKeys: [String]
        public init(certificateAuthoritiesPEM: String? = nil, pinnedKeys: [String] = []) {
            self.certificateAuthoritiesPEM = certificateAuthoritiesPEM
            self.pinnedKeys = pinnedKeys
        }
    }

    public var environment: Environment
    /// The https origin of the platform.
    public var platformURL: URL
    /// The partner's server: where sessions come from unless there is a ``sessionProvider``.
    public var partnerURL: URL?
    public var storage: Storage
    public var network: Network = .automatic
    public var sessionProvider: (any SessionProvider)?
    public var partnerAuthentication: (any PartnerAuthentication)?
    public var refreshRoute: RefreshRoute = .platform
    public var refreshRequest = RefreshRequest()
    public var paths = Paths()
    public var policy = Policy()
    public var trust: Trust?
    public var userAgent: String?
    public var logger: (any CreditLogger)?
    public var background: (any BackgroundAssertions)?
    /// For tests.
    public var clock: (any CreditClock)?

    public init(environment: Environment, platformURL: URL, partnerURL: URL? = nil, storage: Storage) {
        self.environment = environment
        self.platformURL = platformURL
        self.partnerURL = partnerURL
        self.storage = storage
    }

    /// Checks everything that opening a session would.
    public func check() throws(CreditError) { try NativeConfiguration(self).check() }

    /// Removes everything stored for this borrower in this environment without looking at it: for "forget this device" and
    /// for storage that answers wrong key or newer format. Not while the session is open.
    public func eraseStorage(ofBorrower externalID: String) async throws {
        try await NativeConfiguration(self).eraseStorage(of: externalID)
    }
}
