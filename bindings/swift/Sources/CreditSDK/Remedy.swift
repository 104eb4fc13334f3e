internal import CCredit

extension CreditErrorCode {
    /// What an app can do about an error. A code of a newer library is sorted by its range.
    enum Remedy { case usage, interrupted, session, network, platform, partner, storage, library }

    var remedy: Remedy {
        switch native {
        case .CREDIT_OK:
            return .library
        case .CREDIT_INVALID_ARGUMENT, .CREDIT_CONFIG_MISSING, .CREDIT_CONFIG_INVALID, .CREDIT_INSECURE_URL,
            .CREDIT_ENVIRONMENT_MISMATCH, .CREDIT_API_KEY_REFUSED, .CREDIT_INVALID_HEADER,
            .CREDIT_INVALID_BORROWER, .CREDIT_CONFIG_CONFLICT, .CREDIT_SESSION_SPENT, .CREDIT_BUFFER_TOO_SMALL,
            .CREDIT_FORKED, .CREDIT_ABI_MISMATCH, .CREDIT_UNSUPPORTED, .CREDIT_ORIGIN_REFUSED:
            return .usage
        case .CREDIT_CANCELLED, .CREDIT_DEADLINE, .CREDIT_CLOSED, .CREDIT_TOO_MANY_WAITERS, .CREDIT_STALE_ADOPT,
            .CREDIT_CHECKOUT_TAKEN, .CREDIT_CHECKOUT_EXPIRED:
            return .interrupted
        case .CREDIT_NO_SESSION, .CREDIT_SESSION_ENDED, .CREDIT_SESSION_DEAD, .CREDIT_SESSION_SUPERSEDED,
            .CREDIT_SESSION_STUCK, .CREDIT_NO_LIVE_TOKEN:
            return .session
        case .CREDIT_NETWORK_UNREACHABLE, .CREDIT_NETWORK_TIMEOUT, .CREDIT_NETWORK_INTERRUPTED,
            .CREDIT_TLS_FAILED, .CREDIT_PIN_MISMATCH, .CREDIT_CLOCK_WRONG, .CREDIT_RETRY_BUDGET_EXHAUSTED,
            .CREDIT_REPLY_TOO_LARGE, .CREDIT_REPLY_TRUNCATED, .CREDIT_REDIRECT_REFUSED:
            return .network
        case .CREDIT_SERVER_ERROR, .CREDIT_RATE_LIMITED, .CREDIT_PLATFORM_REFUSED, .CREDIT_CONTRACT_NOT_JSON,
            .CREDIT_CONTRACT_MALFORMED, .CREDIT_CONTRACT_DUPLICATE_KEY, .CREDIT_CONTRACT_TOO_DEEP,
            .CREDIT_CONTRACT_WRONG_TYPE, .CREDIT_CONTRACT_MISSING_FIELD, .CREDIT_CONTRACT_NO_DATA,
            .CREDIT_CONTRACT_COMPRESSED, .CREDIT_CONTRACT_INVALID_TOKEN, .CREDIT_CONTRACT_EXPIRED_PAIR,
            .CREDIT_CONTRACT_WRONG_BORROWER, .CREDIT_CONTRACT_SAME_DEAD_TOKEN,
            .CREDIT_CONTRACT_UNEXPECTED_REFRESH_TOKEN:
            return .platform
        case .CREDIT_PARTNER_UNAUTHORIZED, .CREDIT_PARTNER_REFUSED, .CREDIT_PARTNER_UNAVAILABLE,
            .CREDIT_PROVIDER_FAILED, .CREDIT_PROVIDER_MISSING:
            return .partner
        case .CREDIT_STORAGE_LOCKED, .CREDIT_STORAGE_TRANSIENT, .CREDIT_STORAGE_DENIED, .CREDIT_STORAGE_CORRUPT,
            .CREDIT_STORAGE_WRONG_KEY, .CREDIT_STORAGE_KEY_LOST, .CREDIT_STORAGE_NEWER_FORMAT,
            .CREDIT_STORAGE_FULL, .CREDIT_STORAGE_INVALID:
            return .storage
        case .CREDIT_OUT_OF_MEMORY, .CREDIT_INTERNAL:
            return .library
        @unknown default:
            return remedyOfRange
        }
    }

    private var remedyOfRange: Remedy {
        switch rawValue {
        case 1000..<1100: return .usage
        case 1100..<2000: return .interrupted
        case 2000..<3000: return .session
        case 3000..<4000: return .network
        case 4000..<4100: return .platform
        case 4100..<5000: return .partner
        case 5000..<6000: return .storage
        default: return .library
        }
    }
}
