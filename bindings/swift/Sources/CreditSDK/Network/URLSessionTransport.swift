import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `URLSession` as the SDK's HTTP client: the system's trust store, proxies and VPN. The default on Apple platforms.
///
/// Every refresh goes out on a session of its own, which no other request has used and which is invalidated after it; so do
/// mutations without an idempotency key. `URLSession` may repeat a request on a connection that it had kept, and these must
/// not be repeated behind the SDK's back. No redirect is followed; there is no cache, no cookie, no stored credential.
///
/// `URLSession` does not tell when the connection stands. So ``TransportRequest/maySend()`` is asked before the request is
/// handed over, and the time limit runs from there over connecting, sending and receiving.
public final class URLSessionTransport: Transport, Sendable {
    /// The one that ``CreditConfiguration/Network/automatic`` takes on Apple platforms.
    public static let shared = URLSessionTransport()

    /// For requests that may use a kept connection.
    private let pooled: URLSession
    private let exchanges = URLSessionExchanges()

    public init() {
        pooled = URLSession(configuration: Self.configuration(), delegate: exchanges, delegateQueue: nil)
        #if !canImport(Darwin)
            Self.kept.withLock { $0.append(pooled) }
        #endif
    }

    deinit {
        #if canImport(Darwin)
            pooled.finishTasksAndInvalidate()
        #endif
    }

    #if !canImport(Darwin)
        /// Sessions stay here, see ``FreshSessions``.
        private static let kept = Locked<[URLSession]>([])

        private static func sendAlone(
            _ outgoing: URLRequest, _ request: TransportRequest
        ) async throws -> TransportReply {
            let lent = try FreshSessions.shared.take(configuration)
            var mayHaveConnection = true
            defer { FreshSessions.shared.giveBack(lent, mayHaveConnection: mayHaveConnection) }
            do {
                let reply = try await lent.exchanges.exchange(outgoing, limits: request, on: lent.session)
                mayHaveConnection = !reply.headers.contains {
                    $0.name.caseInsensitiveCompare("Connection") == .orderedSame
                        && $0.value.caseInsensitiveCompare("close") == .orderedSame
                }
                return reply
            } catch let failure as TransportFailure {
                mayHaveConnection = failure.maybeSent
                throw failure
            }
        }
    #endif

    public func send(_ request: TransportRequest) async throws -> TransportReply {
        let outgoing = try Self.urlRequest(request)
        guard request.maySend() else {
            throw TransportFailure(.leaseLapsed, maybeSent: false, detail: "the lease has lapsed")
        }
        if Self.mayUseKeptConnection(request) {
            return try await exchanges.exchange(outgoing, limits: request, on: pooled)
        }
        #if canImport(Darwin)
            let ownExchanges = URLSessionExchanges()
            let alone = URLSession(configuration: Self.configuration(), delegate: ownExchanges, delegateQueue: nil)
            defer { alone.finishTasksAndInvalidate() }
            return try await ownExchanges.exchange(outgoing, limits: request, on: alone)
        #else
            return try await Self.sendAlone(outgoing, request)
        #endif
    }

    private static func mayUseKeptConnection(_ request: TransportRequest) -> Bool {
        if request.needsFreshConnection { return false }
        if request.method == "GET" || request.method == "HEAD" { return true }
        return request.headers.contains { $0.name.caseInsensitiveCompare("Idempotency-Key") == .orderedSame }
    }

    private static func configuration() -> URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        configuration.urlCredentialStorage = nil
        configuration.httpShouldUsePipelining = false
        #if canImport(Darwin)
            // A device without network gives an answer at once; the SDK decides when to try again.
            configuration.waitsForConnectivity = false
            configuration.tlsMinimumSupportedProtocolVersion = .TLSv12
        #endif
        return configuration
    }

    private static func urlRequest(_ request: TransportRequest) throws(TransportFailure) -> URLRequest {
        guard let url = URL(string: request.url), url.scheme == "https" || url.scheme == "http" else {
            throw TransportFailure(.refused, maybeSent: false, detail: "not an http URL")
        }
        // The limit is kept by a timer over the whole exchange. This one begins anew with every byte, and FoundationNetworking
        // takes whole seconds of it, so it comes after the other in any case.
        var outgoing = URLRequest(
            url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: request.timeout.rounded(.up) + 1)
        outgoing.httpMethod = request.method
        outgoing.httpShouldHandleCookies = false
        for header in request.headers { outgoing.addValue(header.value, forHTTPHeaderField: header.name) }
        // Replies are capped as they come, so they must come as they are.
        outgoing.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        #if !canImport(Darwin)
            if !mayUseKeptConnection(request) { outgoing.setValue("close", forHTTPHeaderField: "Connection") }
        #endif
        if !request.body.isEmpty { outgoing.httpBody = request.body }
        return outgoing
    }
}
