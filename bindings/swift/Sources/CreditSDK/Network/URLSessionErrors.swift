import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension TransportFailure {
    /// What an error of `URLSession` says about the request. When in doubt it was sent.
    init(_ error: any Error) {
        guard let error = error as? URLError else {
            self.init(.interrupted, maybeSent: true, detail: String(describing: type(of: error)))
            return
        }
        let (reason, maybeSent) = Self.meaning(of: error)
        self.init(reason, maybeSent: maybeSent, detail: "URLError \(error.code.rawValue)")
    }

    /// The request is written only when the connection stands and its handshake is done.
    private static func meaning(of error: URLError) -> (Reason, Bool) {
        #if !canImport(Darwin)
            // The latter is also said of what was lost later, when the first of several addresses had refused.
            if [.unknown, .unsupportedURL, .cannotConnectToHost].contains(error.code) {
                return meaning(ofText: error.localizedDescription)
            }
        #endif
        switch error.code {
        case .cannotFindHost, .dnsLookupFailed:
            return (.resolve, false)
        case .cannotConnectToHost, .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed:
            return (.connect, false)
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasUnknownRoot,
            .clientCertificateRejected, .clientCertificateRequired:
            return (.tls, false)
        case .serverCertificateHasBadDate, .serverCertificateNotYetValid:
            return (.tlsTime, false)
        case .appTransportSecurityRequiresSecureConnection:
            return (.refused, false)
        case .timedOut:
            return (.timeout, true)
        case .cancelled:
            return (.cancelled, true)
        case .dataLengthExceedsMaximum:
            return (.replyTooLarge, true)
        default:
            return (.interrupted, true)
        }
    }

    #if !canImport(Darwin)
        /// FoundationNetworking has one code for most of libcurl's, "unknown", and tells them apart by libcurl's own words
        /// alone. Words that only a failed connection or handshake has mean that nothing was sent.
        private static func meaning(ofText text: String) -> (Reason, Bool) {
            func begins(_ words: String...) -> Bool { words.contains { text.hasPrefix($0) } }
            if text.hasPrefix("SSL certificate problem:"), text.contains("expired") || text.contains("not yet valid") {
                return (.tlsTime, false)
            }
            if begins(
                "SSL certificate problem:", "SSL: no alternative certificate subject name", "TLS connect error:",
                "OpenSSL SSL_connect:", "error setting certificate")
            {
                return (.tls, false)
            }
            if begins("Failed to connect to", "Could not connect to server") { return (.connect, false) }
            if begins("Too large response headers", "Too many response headers", "A value or data field grew larger") {
                return (.replyTooLarge, true)
            }
            return (.interrupted, true)
        }
    #endif
}
