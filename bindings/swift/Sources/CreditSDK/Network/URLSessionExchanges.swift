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
        let exchange = take(task)
        task.cancel()
        exchange?.continuation.resume(
            throwing: TransportFailure(.cancelled, maybeSent: false, detail: "cancelled before it began"))
    }

    /// Ends the exchange now: what the session has still to say, and that may be a lot, is not waited for.
    private func fail(_ task: URLSessionTask, _ failure: TransportFailure) {
        take(task)?.continuation.resume(throwing: failure)
        #if canImport(Darwin)
            task.cancel()
        #else
            // Waits for the session's own queue, which is busy as long as a reply pours in.
            DispatchQueue.global().async { task.cancel() }
        #endif
    }

    private func take(_ task: URLSessionTask) -> Exchange? {
        exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // The redirect itself is the reply.
        completionHandler(nil)
    }

    #if !canImport(Darwin)
        /// A reply that asks for a password is a reply. FoundationNetworking's default is to do nothing for ever, any other
        /// answer is an error; all of the reply is there already, so the exchange ends with it here.
        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            finish(task, challenge.failureResponse, nil)
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    #endif

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
        finish(task, task.response, error)
    }

    private func finish(_ task: URLSessionTask, _ response: URLResponse?, _ error: (any Error)?) {
        guard let exchange = take(task) else { return }
        exchange.continuation.resume(with: Self.outcome(of: exchange, response, error))
    }

    private static func outcome(
        of exchange: Exchange, _ response: URLResponse?, _ error: (any Error)?
    ) -> Result<TransportReply, any Error> {
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
            return CreditHeader(name, String(describing: value).trimmingCharacters(in: .whitespaces))
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
