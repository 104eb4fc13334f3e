import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The delegate of a `URLSession`: gathers replies up to their limit and ends each exchange exactly once.
final class URLSessionExchanges: NSObject, URLSessionDataDelegate, Sendable {
    /// `URLSession` counts header bytes for nobody, so a reply's headers are measured when they are there.
    static let maximumHeaderBytes = 32 << 10

    private struct Exchange {
        let continuation: CheckedContinuation<TransportReply, any Error>
        let maximumReplyBytes: Int
        let hasNoBody: Bool
        var deadline: Deadline?
        var body = Data()
        var failure: TransportFailure?
    }

    private let exchanges = Locked<[Int: Exchange]>([:])

    func exchange(
        _ request: URLRequest, limits: TransportRequest, on session: URLSession
    ) async throws -> TransportReply {
        let task = session.dataTask(with: request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.withLock {
                    $0[task.taskIdentifier] = Exchange(
                        continuation: continuation, maximumReplyBytes: limits.maximumReplyBytes,
                        hasNoBody: limits.method == "HEAD")
                }
                // A cancellation that came before the exchange was noted has found nothing to end.
                if Task.isCancelled { return withdraw(task) }
                limit(task, to: limits.timeout)
                task.resume()
            }
        } onCancel: {
            fail(task, TransportFailure(.cancelled, maybeSent: true, detail: "cancelled"))
        }
    }

    /// `timeoutInterval` of a request begins anew with every byte that comes, so the whole has a limit of its own.
    /// Its hold on this object ends with the exchange.
    private func limit(_ task: URLSessionTask, to seconds: TimeInterval) {
        let deadline = Deadline(after: seconds) { [self, task] in
            fail(task, TransportFailure(.timeout, maybeSent: true, detail: "deadline"))
        }
        exchanges.withLock { $0[task.taskIdentifier]?.deadline = deadline }
    }

    /// Ends an exchange that never began.
    private func withdraw(_ task: URLSessionTask) {
        let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        task.cancel()
        exchange?.continuation.resume(
            throwing: TransportFailure(.cancelled, maybeSent: false, detail: "cancelled before it began"))
    }

    /// Notes why the task is given up and ends it; the delegate is told and completes.
    private func fail(_ task: URLSessionTask, _ failure: TransportFailure) {
        exchanges.withLock { exchanges in
            if exchanges[task.taskIdentifier]?.failure == nil { exchanges[task.taskIdentifier]?.failure = failure }
        }
        task.cancel()
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // The redirect itself is the reply.
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let tooLarge = exchanges.withLock { exchanges -> Bool in
            guard var exchange = exchanges.removeValue(forKey: dataTask.taskIdentifier) else { return false }
            defer { exchanges[dataTask.taskIdentifier] = exchange }
            guard exchange.body.count + data.count <= exchange.maximumReplyBytes else { return true }
            exchange.body.append(data)
            return false
        }
        if tooLarge {
            fail(dataTask, TransportFailure(.replyTooLarge, maybeSent: true, detail: "reply body too large"))
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = exchanges.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        exchange.continuation.resume(with: Self.outcome(of: exchange, task.response, error))
    }

    private static func outcome(
        of exchange: Exchange, _ response: URLResponse?, _ error: (any Error)?
    ) -> Result<TransportReply, any Error> {
        if let failure = exchange.failure { return .failure(failure) }
        if let error { return .failure(TransportFailure(error)) }
        guard let response = response as? HTTPURLResponse else {
            return .failure(TransportFailure(.interrupted, maybeSent: true, detail: "no HTTP reply"))
        }
        let headers = headers(of: response)
        let size = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= maximumHeaderBytes else {
            return .failure(TransportFailure(.replyTooLarge, maybeSent: true, detail: "reply headers too large"))
        }
        guard isComplete(exchange, response) else {
            return .failure(TransportFailure(.interrupted, maybeSent: true, detail: "reply cut short"))
        }
        return .success(TransportReply(status: response.statusCode, headers: headers, body: exchange.body))
    }

    /// A body that the sender packed in spite of `identity` was unpacked on the way: the header says what is no more.
    private static func headers(of response: HTTPURLResponse) -> [CreditHeader] {
        response.allHeaderFields.compactMap { name, value in
            guard let name = name as? String, name.caseInsensitiveCompare("Content-Encoding") != .orderedSame else {
                return nil
            }
            return CreditHeader(name, String(describing: value))
        }
    }

    /// `URLSession` says nothing when a connection ends before the length that was told.
    private static func isComplete(_ exchange: Exchange, _ response: HTTPURLResponse) -> Bool {
        let status = response.statusCode
        if exchange.hasNoBody || status == 204 || status == 304 { return true }
        // What was packed has another length than what was told.
        if response.value(forHTTPHeaderField: "Content-Encoding") != nil { return true }
        guard let told = response.value(forHTTPHeaderField: "Content-Length"), let length = Int(told) else { return true }
        return exchange.body.count >= length
    }
}

extension TransportFailure {
    /// What an error of `URLSession` says about the request. When in doubt it was sent.
    init(_ error: any Error) {
        guard let error = error as? URLError else {
            self.init(.interrupted, maybeSent: true, detail: String(describing: type(of: error)))
            return
        }
        let (reason, maybeSent) = Self.meaning(of: error.code)
        self.init(reason, maybeSent: maybeSent, detail: "URLError \(error.code.rawValue)")
    }

    /// The request is written only when the connection stands and its handshake is done.
    private static func meaning(of code: URLError.Code) -> (Reason, Bool) {
        switch code {
        case .cannotFindHost, .dnsLookupFailed:
            return (.resolve, false)
        case .cannotConnectToHost, .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed:
            return (.connect, false)
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasUnknownRoot,
            .clientCertificateRejected, .clientCertificateRequired:
            return (.tls, false)
        case .serverCertificateHasBadDate, .serverCertificateNotYetValid:
            return (.tlsTime, false)
        case .badURL, .unsupportedURL, .appTransportSecurityRequiresSecureConnection:
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
}
