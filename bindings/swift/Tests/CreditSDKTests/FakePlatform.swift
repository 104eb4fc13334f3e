import Foundation

@testable import CreditSDK

/// Lets tasks pass when it is open.
final class Gate: Sendable {
    private struct State {
        var isOpen: Bool
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Locked<State>

    init(open: Bool) { state = Locked(State(isOpen: open)) }

    func pass() async {
        await withCheckedContinuation { continuation in
            let opened = state.withLock { state -> Bool in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if opened { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func close() { state.withLock { $0.isOpen = false } }

    var waitingCount: Int { state.withLock { $0.waiting.count } }
}

/// A platform and a partner's backend in memory: rotates tokens, replays by key, knows which token is good.
final class FakePlatform: Transport, SessionProvider, Sendable {
    struct State {
        var serial = 0
        var sessionToken = ""
        var refreshToken = ""
        var replies: [String: String] = [:]
        var rotations = 0
        var provided = 0
        var requests: [TransportRequest] = []
        var secrets: [String] = []
        var overrides: [(String, Result<TransportReply, TransportFailure>)] = []
        var providerFailure: (any Error)?
        var lifetime: TimeInterval = 1800
    }

    let state = Locked(State())
    /// Refreshes wait here, after they have been done.
    let refreshGate = Gate(open: true)
    /// Calls wait here.
    let callGate = Gate(open: true)

    /// The next request whose URL ends so gets this answer.
    func next(_ path: String, _ reply: TransportReply) { state.withLock { $0.overrides.append((path, .success(reply))) } }
    func next(_ path: String, _ failure: TransportFailure) {
        state.withLock { $0.overrides.append((path, .failure(failure))) }
    }

    var rotations: Int { state.withLock { $0.rotations } }
    var provided: Int { state.withLock { $0.provided } }
    var requests: [TransportRequest] { state.withLock { $0.requests } }
    var secrets: [String] { state.withLock { $0.secrets } }
    var sessionToken: String { state.withLock { $0.sessionToken } }

    func requests(to path: String) -> [TransportRequest] { requests.filter { $0.url.hasSuffix(path) } }

    func session(for request: SessionRequest) async throws -> Data {
        try state.withLock { state in
            if let failure = state.providerFailure { throw failure }
            state.provided += 1
            return Data(Self.flat(&state, borrower: request.borrowerExternalID).utf8)
        }
    }

    /// What the app's own backend would hand out.
    func handOut(borrower: String) -> Data { Data(state.withLock { Self.flat(&$0, borrower: borrower) }.utf8) }

    func send(_ request: TransportRequest) async throws -> TransportReply {
        let override = state.withLock { state -> Result<TransportReply, TransportFailure>? in
            state.requests.append(request)
            guard let index = state.overrides.firstIndex(where: { request.url.hasSuffix($0.0) }) else { return nil }
            return state.overrides.remove(at: index).1
        }
        if let override { return try override.get() }
        if request.url.hasSuffix("/sessions/refresh") {
            let reply = state.withLock { Self.refresh(&$0, request) }
            await refreshGate.pass()
            return reply
        }
        await callGate.pass()
        return state.withLock { Self.answer(&$0, request) }
    }

    static func header(_ request: TransportRequest, _ name: String) -> String? {
        request.headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
    }

    private static func time(_ date: Date) -> String {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return formatter.string(from: date)
    }

    private static func mint(_ state: inout State) -> String {
        state.serial += 1
        state.sessionToken = "st_test_canary_" + String(repeating: "a", count: 20) + "\(state.serial)"
        state.refreshToken = "rt_test_canary_" + String(repeating: "b", count: 20) + "\(state.serial)"
        state.secrets += [state.sessionToken, state.refreshToken]
        return """
            "sessionToken":"\(state.sessionToken)","sessionExpiresAt":"\(time(Date() + state.lifetime))",\
            "refreshToken":"\(state.refreshToken)","refreshExpiresAt":"\(time(Date() + 604_800))"
            """
    }

    private static func flat(_ state: inout State, borrower: String) -> String {
        """
        {\(mint(&state)),"borrowerID":"id-1","borrowerExternalID":"\(borrower)","activeJourney":{"journeyID":"journey-1",\
        "status":"IN_PROGRESS","nextAction":null},"timestamp":"\(time(Date()))"}
        """
    }

    static func envelope(_ data: String, error: String = "null", _ request: TransportRequest) -> String {
        """
        {"requestID":"req_1","correlationID":"\(header(request, "X-Correlation-ID") ?? "")",\
        "timestamp":"\(time(Date()))","data":\(data),"error":\(error)}
        """
    }

    private static func refresh(_ state: inout State, _ request: TransportRequest) -> TransportReply {
        let key = header(request, "Idempotency-Key") ?? ""
        if let reply = state.replies[key] { return TransportReply(status: 200, body: Data(reply.utf8)) }
        guard header(request, "Authorization") == "Bearer " + state.refreshToken else { return unauthorized(request) }
        state.rotations += 1
        let reply = envelope("{\(mint(&state))}", request)
        state.replies[key] = reply
        return TransportReply(status: 200, body: Data(reply.utf8))
    }

    private static func answer(_ state: inout State, _ request: TransportRequest) -> TransportReply {
        guard header(request, "Authorization") == "Bearer " + state.sessionToken else { return unauthorized(request) }
        let journey = #"{"journeyID":"journey-1","status":"REVIEW","nextAction":"SIGN"}"#
        return TransportReply(
            status: 200, headers: [CreditHeader("X-Answer", "yes")], body: Data(envelope(journey, request).utf8))
    }

    static func unauthorized(_ request: TransportRequest) -> TransportReply {
        let error = #"{"code":"AUTH_INVALID_SESSION","message":"no","retryable":false}"#
        return TransportReply(status: 401, body: Data(envelope("null", error: error, request).utf8))
    }
}
