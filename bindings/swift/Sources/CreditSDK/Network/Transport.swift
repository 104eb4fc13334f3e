internal import CCredit
import Foundation

/// One request as the SDK wants it sent.
public struct TransportRequest: Sendable {
    public let method: String
    public let url: String
    /// `Authorization` included.
    public let headers: [CreditHeader]
    public let body: Data
    /// In seconds, from now to the last byte.
    public let timeout: TimeInterval
    public let maximumReplyBytes: Int
    /// No connection that was used before, and no repeat by the HTTP library.
    public let needsFreshConnection: Bool

    private let exchange: Handle?

    init(_ request: credit_http_request, _ exchange: Handle) {
        method = request.method.text
        url = request.url.text
        headers = (0..<Int(request.header_count)).compactMap { index in
            request.headers.map { CreditHeader($0[index].name.text, $0[index].value.text) }
        }
        body = request.body.copied
        timeout = Double(request.timeout_ms) / 1000
        maximumReplyBytes = Int(clamping: request.max_reply_bytes)
        needsFreshConnection = request.fresh_connection != 0
        self.exchange = exchange
    }

    /// For tests of a transport.
    public init(
        method: String, url: String, headers: [CreditHeader] = [], body: Data = Data(), timeout: TimeInterval = 10,
        maximumReplyBytes: Int = 2 << 20, needsFreshConnection: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumReplyBytes = maximumReplyBytes
        self.needsFreshConnection = needsFreshConnection
        exchange = nil
    }

    /// To be asked right before the first byte goes out. `false`: another process may send now; give up with
    /// ``TransportFailure/Reason/leaseLapsed``, unsent.
    public func maySend() -> Bool { exchange.map { credit_http_may_send($0.pointer) != 0 } ?? true }
}

extension TransportRequest: CustomStringConvertible, CustomReflectable {
    public var description: String { "TransportRequest(\(method), \(body.count) bytes)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

public struct TransportReply: Sendable {
    public var status: Int
    public var headers: [CreditHeader]
    /// Complete, and not encoded: a reply that was cut short is a failure.
    public var body: Data

    public init(status: Int, headers: [CreditHeader] = [], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no reply.
public struct TransportFailure: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case resolve, connect, tls
        /// The certificate is not valid at the device's time.
        case tlsTime
        case pin
        /// ``TransportRequest/maySend()`` said no.
        case leaseLapsed
        case timeout, interrupted, replyTooLarge, cancelled
        /// The request itself cannot be sent.
        case refused

        var native: credit_http_failure {
            switch self {
            case .resolve: return .CREDIT_HTTP_RESOLVE
            case .connect: return .CREDIT_HTTP_CONNECT
            case .tls: return .CREDIT_HTTP_TLS
            case .tlsTime: return .CREDIT_HTTP_TLS_TIME
            case .pin: return .CREDIT_HTTP_PIN
            case .leaseLapsed: return .CREDIT_HTTP_LEASE_LAPSED
            case .timeout: return .CREDIT_HTTP_TIMEOUT
            case .interrupted: return .CREDIT_HTTP_INTERRUPTED
            case .replyTooLarge: return .CREDIT_HTTP_REPLY_TOO_LARGE
            case .cancelled: return .CREDIT_HTTP_CANCELLED
            case .refused: return .CREDIT_HTTP_REFUSED
            }
        }
    }

    public var reason: Reason
    /// `false` only when provably no byte of the request left.
    public var maybeSent: Bool
    /// For the journal: no URL, no header.
    public var detail: String

    public init(_ reason: Reason, maybeSent: Bool, detail: String = "") {
        self.reason = reason
        self.maybeSent = maybeSent
        self.detail = detail
    }
}

/// The app's HTTP client. No redirects, no cookies, no cache, no repeat by itself.
///
/// The SDK cancels the task that runs `send` when it gives a request up. Throw ``TransportFailure``; any other error counts
/// as an interrupted request that may have been sent.
public protocol Transport: AnyObject, Sendable {
    func send(_ request: TransportRequest) async throws -> TransportReply
}

/// Carries requests of the library to a transport and its answers back.
final class TransportBox: Sendable {
    /// One exchange on its way; `task` is missing for the moment between the start and its being noted.
    private struct Running {
        var task: Task<Void, Never>?
        let limit: Deadline
        /// The transport has been told of the request. Whichever of the two comes first rules the other out.
        var begun = false
        var cancelledBefore = false
    }

    /// What a transport may take beyond the request's own limit before the exchange ends without it.
    private static let slack: TimeInterval = 1

    let transport: any Transport
    private let running = Locked<[OpaquePointer: Running]>([:])

    init(_ transport: any Transport) { self.transport = transport }

    static func table(_ transport: any Transport) -> credit_transport {
        let box = PortBoxes.box(for: transport) { TransportBox(transport) }
        return credit_transport(
            struct_size: structSize(credit_transport.self), context: Unmanaged.passRetained(box).toOpaque(),
            start: startFunction, cancel: cancelFunction, release: releaseBox)
    }

    private static let startFunction:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<credit_http_request>, OpaquePointer) -> Void = {
            context, request, exchange in
            unboxed(context, as: TransportBox.self).start(request.pointee, Handle(exchange))
        }

    private static let cancelFunction: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer) -> Void = {
        context, exchange in
        unboxed(context, as: TransportBox.self).cancel(Handle(exchange))
    }

    private func start(_ request: credit_http_request, _ exchange: Handle) {
        let request = TransportRequest(request, exchange)
        // A session is closed when what is on the wire has landed: a transport without a limit must not hold it for ever.
        let limit = Deadline(after: request.timeout + Self.slack) { [weak self] in
            self?.giveUp(exchange, TransportFailure(.timeout, maybeSent: true, detail: "the transport kept no time limit"))
        }
        running.withLock { $0[exchange.pointer] = Running(limit: limit) }
        let task = Task.detached { [self] in
            guard begin(exchange) else { return }
            let result: Result<TransportReply, TransportFailure>
            do {
                result = .success(try await transport.send(request))
            } catch {
                result = .failure(Self.failure(of: error))
            }
            finish(exchange, with: result)
        }
        // It may be over already; then there is nothing to cancel.
        running.withLock { $0[exchange.pointer]?.task = task }
    }

    /// False: it was cancelled before the transport was told, or is over.
    private func begin(_ exchange: Handle) -> Bool {
        running.withLock {
            guard let entry = $0[exchange.pointer], !entry.cancelledBefore else { return false }
            $0[exchange.pointer]?.begun = true
            return true
        }
    }

    /// A transport that does not mind being cancelled must not keep a session from closing, so the exchange ends here. Not
    /// inside this call: the library is in the middle of something.
    private func cancel(_ exchange: Handle) {
        let begun = running.withLock { running -> Bool? in
            guard let begun = running[exchange.pointer]?.begun else { return nil }
            running[exchange.pointer]?.cancelledBefore = !begun
            return begun
        }
        guard let begun else { return }
        Task.detached { [self] in
            giveUp(exchange, TransportFailure(.cancelled, maybeSent: begun, detail: "cancelled"))
        }
    }

    private func giveUp(_ exchange: Handle, _ failure: TransportFailure) {
        running.withLock { $0[exchange.pointer]?.task }?.cancel()
        finish(exchange, with: .failure(failure))
    }

    private func finish(_ exchange: Handle, with result: Result<TransportReply, TransportFailure>) {
        guard let ended = running.withLock({ $0.removeValue(forKey: exchange.pointer) }) else { return }
        ended.limit.cancel()
        Self.complete(exchange, with: result)
    }

    private static func failure(of error: any Error) -> TransportFailure {
        if let failure = error as? TransportFailure { return failure }
        if error is CancellationError { return TransportFailure(.cancelled, maybeSent: true) }
        return TransportFailure(.interrupted, maybeSent: true, detail: String(describing: type(of: error)))
    }

    private static func complete(_ exchange: Handle, with result: Result<TransportReply, TransportFailure>) {
        let texts = CallTexts()
        switch result {
        case .success(let reply):
            let (list, count) = texts.add(headers: reply.headers)
            reply.body.withUnsafeBytes { body in
                credit_http_complete(
                    exchange.pointer, Int32(clamping: reply.status), list, count,
                    body.baseAddress?.assumingMemoryBound(to: UInt8.self), body.count)
            }
        case .failure(let failure):
            credit_http_fail(
                exchange.pointer, failure.reason.native, failure.maybeSent ? 1 : 0, texts.add(failure.detail))
        }
        withExtendedLifetime(texts) {}
    }
}
