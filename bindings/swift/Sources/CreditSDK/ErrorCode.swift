internal import CCredit

/// What went wrong, as one value of the library. Open: a newer library may bring values without a name here.
public struct CreditErrorCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    init(_ code: credit_code) { rawValue = code.rawValue }

    var native: credit_code { credit_code(rawValue: rawValue) ?? .CREDIT_INTERNAL }

    /// The same call may succeed later without the app changing anything.
    public var isRetryable: Bool { credit_code_is_retryable(native) != 0 }
    /// Only ``CreditSession/start(_:)`` or ``CreditSession/adopt(json:replacing:)`` can help, on a fresh session object if
    /// this one was ended.
    public var needsNewSession: Bool { credit_code_needs_new_session(native) != 0 }
}

extension CreditErrorCode: CustomStringConvertible {
    /// The library's name, for example `storage_locked`.
    public var description: String { credit_code_name(native).text }
}

extension CreditErrorCode {
    public static let invalidArgument = CreditErrorCode(.CREDIT_INVALID_ARGUMENT)
    /// The message names the setting.
    public static let configMissing = CreditErrorCode(.CREDIT_CONFIG_MISSING)
    public static let configInvalid = CreditErrorCode(.CREDIT_CONFIG_INVALID)
    /// Http outside loopback and TEST.
    public static let insecureURL = CreditErrorCode(.CREDIT_INSECURE_URL)
    /// TEST and LIVE mixed.
    public static let environmentMismatch = CreditErrorCode(.CREDIT_ENVIRONMENT_MISMATCH)
    /// An `sk_*` value must never be in an app.
    public static let apiKeyRefused = CreditErrorCode(.CREDIT_API_KEY_REFUSED)
    public static let invalidHeader = CreditErrorCode(.CREDIT_INVALID_HEADER)
    public static let invalidBorrower = CreditErrorCode(.CREDIT_INVALID_BORROWER)
    /// This session is open with another configuration.
    public static let configConflict = CreditErrorCode(.CREDIT_CONFIG_CONFLICT)
    /// This handle was ended or closed; open a new one.
    public static let sessionSpent = CreditErrorCode(.CREDIT_SESSION_SPENT)
    public static let bufferTooSmall = CreditErrorCode(.CREDIT_BUFFER_TOO_SMALL)
    public static let forked = CreditErrorCode(.CREDIT_FORKED)
    public static let abiMismatch = CreditErrorCode(.CREDIT_ABI_MISMATCH)
    public static let unsupported = CreditErrorCode(.CREDIT_UNSUPPORTED)
    /// Not the origin of the hosted page.
    public static let originRefused = CreditErrorCode(.CREDIT_ORIGIN_REFUSED)
    public static let cancelled = CreditErrorCode(.CREDIT_CANCELLED)
    public static let deadline = CreditErrorCode(.CREDIT_DEADLINE)
    public static let closed = CreditErrorCode(.CREDIT_CLOSED)
    public static let tooManyWaiters = CreditErrorCode(.CREDIT_TOO_MANY_WAITERS)
    /// What was handed in is older than the live session.
    public static let staleAdopt = CreditErrorCode(.CREDIT_STALE_ADOPT)
    /// The one-time URL was taken before; ask the backend for a fresh one.
    public static let checkoutTaken = CreditErrorCode(.CREDIT_CHECKOUT_TAKEN)
    /// It was not taken in time; ask the backend for a fresh one.
    public static let checkoutExpired = CreditErrorCode(.CREDIT_CHECKOUT_EXPIRED)
    /// None was started yet.
    public static let noSession = CreditErrorCode(.CREDIT_NO_SESSION)
    /// The session was ended, here or in another process.
    public static let sessionEnded = CreditErrorCode(.CREDIT_SESSION_ENDED)
    /// The platform's verdict, and no provider to heal with.
    public static let sessionDead = CreditErrorCode(.CREDIT_SESSION_DEAD)
    /// Sessions of this borrower keep dying; somebody else uses it.
    public static let sessionSuperseded = CreditErrorCode(.CREDIT_SESSION_SUPERSEDED)
    public static let sessionStuck = CreditErrorCode(.CREDIT_SESSION_STUCK)
    /// Nothing to hand out right now; ask ``CreditSession/token(minimumLifetime:deadline:isolation:)``.
    public static let noLiveToken = CreditErrorCode(.CREDIT_NO_LIVE_TOKEN)
    public static let networkUnreachable = CreditErrorCode(.CREDIT_NETWORK_UNREACHABLE)
    public static let networkTimeout = CreditErrorCode(.CREDIT_NETWORK_TIMEOUT)
    public static let networkInterrupted = CreditErrorCode(.CREDIT_NETWORK_INTERRUPTED)
    public static let tlsFailed = CreditErrorCode(.CREDIT_TLS_FAILED)
    public static let pinMismatch = CreditErrorCode(.CREDIT_PIN_MISMATCH)
    /// The device's clock is outside the certificate's validity.
    public static let clockWrong = CreditErrorCode(.CREDIT_CLOCK_WRONG)
    public static let retryBudgetExhausted = CreditErrorCode(.CREDIT_RETRY_BUDGET_EXHAUSTED)
    public static let replyTooLarge = CreditErrorCode(.CREDIT_REPLY_TOO_LARGE)
    public static let replyTruncated = CreditErrorCode(.CREDIT_REPLY_TRUNCATED)
    public static let redirectRefused = CreditErrorCode(.CREDIT_REDIRECT_REFUSED)
    public static let serverError = CreditErrorCode(.CREDIT_SERVER_ERROR)
    public static let rateLimited = CreditErrorCode(.CREDIT_RATE_LIMITED)
    public static let platformRefused = CreditErrorCode(.CREDIT_PLATFORM_REFUSED)
    public static let contractNotJSON = CreditErrorCode(.CREDIT_CONTRACT_NOT_JSON)
    public static let contractMalformed = CreditErrorCode(.CREDIT_CONTRACT_MALFORMED)
    public static let contractDuplicateKey = CreditErrorCode(.CREDIT_CONTRACT_DUPLICATE_KEY)
    public static let contractTooDeep = CreditErrorCode(.CREDIT_CONTRACT_TOO_DEEP)
    public static let contractWrongType = CreditErrorCode(.CREDIT_CONTRACT_WRONG_TYPE)
    public static let contractMissingField = CreditErrorCode(.CREDIT_CONTRACT_MISSING_FIELD)
    public static let contractNoData = CreditErrorCode(.CREDIT_CONTRACT_NO_DATA)
    public static let contractCompressed = CreditErrorCode(.CREDIT_CONTRACT_COMPRESSED)
    public static let contractInvalidToken = CreditErrorCode(.CREDIT_CONTRACT_INVALID_TOKEN)
    public static let contractExpiredPair = CreditErrorCode(.CREDIT_CONTRACT_EXPIRED_PAIR)
    public static let contractWrongBorrower = CreditErrorCode(.CREDIT_CONTRACT_WRONG_BORROWER)
    public static let contractSameDeadToken = CreditErrorCode(.CREDIT_CONTRACT_SAME_DEAD_TOKEN)
    public static let contractUnexpectedRefreshToken = CreditErrorCode(.CREDIT_CONTRACT_UNEXPECTED_REFRESH_TOKEN)
    /// The partner wants new app credentials; tokens are kept.
    public static let partnerUnauthorized = CreditErrorCode(.CREDIT_PARTNER_UNAUTHORIZED)
    public static let partnerRefused = CreditErrorCode(.CREDIT_PARTNER_REFUSED)
    public static let partnerUnavailable = CreditErrorCode(.CREDIT_PARTNER_UNAVAILABLE)
    public static let providerFailed = CreditErrorCode(.CREDIT_PROVIDER_FAILED)
    /// No partner URL and no session provider.
    public static let providerMissing = CreditErrorCode(.CREDIT_PROVIDER_MISSING)
    public static let storageLocked = CreditErrorCode(.CREDIT_STORAGE_LOCKED)
    public static let storageTransient = CreditErrorCode(.CREDIT_STORAGE_TRANSIENT)
    public static let storageDenied = CreditErrorCode(.CREDIT_STORAGE_DENIED)
    /// Quarantined, not deleted.
    public static let storageCorrupt = CreditErrorCode(.CREDIT_STORAGE_CORRUPT)
    public static let storageWrongKey = CreditErrorCode(.CREDIT_STORAGE_WRONG_KEY)
    public static let storageKeyLost = CreditErrorCode(.CREDIT_STORAGE_KEY_LOST)
    public static let storageNewerFormat = CreditErrorCode(.CREDIT_STORAGE_NEWER_FORMAT)
    public static let storageFull = CreditErrorCode(.CREDIT_STORAGE_FULL)
    public static let storageInvalid = CreditErrorCode(.CREDIT_STORAGE_INVALID)
    public static let outOfMemory = CreditErrorCode(.CREDIT_OUT_OF_MEMORY)
    public static let internalError = CreditErrorCode(.CREDIT_INTERNAL)
}
