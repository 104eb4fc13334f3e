import CCredit
import Foundation
import XCTest

@testable import CreditSDK

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Where the servers are that `bindings/swift/test` started. Without it there is nothing to test against, and that is said.
private struct Servers {
    let platform, partner, admin: URL
    let certificateAuthorities: String

    static func running() throws -> Servers {
        let environment = ProcessInfo.processInfo.environment
        guard let platform = environment["CREDIT_TEST_PLATFORM_URL"].flatMap(URL.init),
            let partner = environment["CREDIT_TEST_PARTNER_URL"].flatMap(URL.init),
            let admin = environment["CREDIT_TEST_ADMIN_URL"].flatMap(URL.init),
            let file = environment["CREDIT_TEST_CA_FILE"]
        else { throw XCTSkip("no sandbox: run bindings/swift/test") }
        return Servers(
            platform: platform, partner: partner, admin: admin,
            certificateAuthorities: try String(contentsOfFile: file, encoding: .utf8))
    }

    /// An order to the sandbox.
    @discardableResult
    func order(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> [String: Any] {
        var headers = [CreditHeader]()
        if body != nil { headers.append(CreditHeader("Content-Type", "application/json")) }
        let reply = try await URLSessionTransport.shared.send(
            TransportRequest(
                method: method, url: admin.absoluteString + path, headers: headers,
                body: body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data(),
                maximumReplyBytes: 16 << 20, needsFreshConnection: true))
        guard reply.status == 200 else { throw URLError(.badServerResponse) }
        return try JSONSerialization.jsonObject(with: reply.body) as? [String: Any] ?? [:]
    }

    /// What the platform really did for this borrower.
    func rotations(of borrower: String) async throws -> Int {
        let tokens = try await order("GET", "/ledger")["tokens"] as? [[String: Any]] ?? []
        return tokens.filter {
            $0["borrowerExternalID"] as? String == borrower && $0["kind"] as? String == "refresh"
                && !($0["parent"] is NSNull)
                && $0["parent"] != nil
        }.count
    }
}

private final class Login: PartnerAuthentication {
    let token: String
    init(_ token: String) { self.token = token }
    func headers() async throws -> [CreditHeader] { [CreditHeader("Authorization", "Bearer " + token)] }
}

/// The whole way over TLS: wrapper, library, sandbox, partner's backend; once with libcurl and once with URLSession.
final class SandboxTests: XCTestCase {
    static let journeys = "/api/v1/headless/journeys"
    private static let borrowers = Locked(0)
    private var folder = URL(fileURLWithPath: "/")
    private var borrower = ""

    override func setUp() {
        super.setUp()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("credit-" + UUID().uuidString)
        borrower = Self.borrowers.withLock {
            $0 += 1
            return "borrower-\($0 + 1)"  // the first is the quick start's
        }
    }

    override func tearDown() async throws {
        try? FileManager.default.removeItem(at: folder)
        let end = Date() + 60
        while credit_debug_live_objects() != 0 {
            guard Date() < end else { return XCTFail("\(credit_debug_live_objects()) objects are left") }
            try await Task.sleep(nanoseconds: 1_000_000)
        }
    }

    private func configuration(_ servers: Servers, _ network: CreditConfiguration.Network) -> CreditConfiguration {
        var configuration = CreditConfiguration(
            environment: .test, platformURL: servers.platform, partnerURL: servers.partner,
            storage: .sealedFile(directory: folder, key: .bytes(CreditSecret([UInt8](repeating: 3, count: 32)))))
        configuration.network = network
        configuration.partnerAuthentication = logins.withLock {
            if let login = $0[borrower] { return login }
            let login = Login("login-" + borrower)
            $0[borrower] = login
            return login
        }
        if case .libcurl = network {
            configuration.trust = .init(certificateAuthoritiesPEM: servers.certificateAuthorities)
        }
        return configuration
    }
    private let logins = Locked<[String: Login]>([:])

    /// Start, call, lose the session token, call, close, open again, call, end.
    private func life(_ network: CreditConfiguration.Network) async throws {
        let servers = try Servers.running()
        let configuration = configuration(servers, network)
        var first: UInt64 = 0
        do {
            let session = try CreditSession(configuration, borrower: borrower)
            try await session.start()
            let response = try await session.send(.get(Self.journeys))
            XCTAssertEqual(response.status, 200)
            XCTAssertNotNil(response.requestID)
            let journey = try await session.journey()
            XCTAssertNotNil(journey)
            first = try await session.token().generation
            try await servers.order("POST", "/revoke_session_tokens", ["borrowerExternalID": borrower])
            let repeated = try await session.send(.get(Self.journeys))
            XCTAssertEqual(repeated.status, 200)
            XCTAssertEqual(repeated.attempts, 2)
        }
        let again = try CreditSession(configuration, borrower: borrower)
        let token = try await again.token()
        XCTAssertEqual(token.generation, first + 1)
        let response = try await again.send(.get(Self.journeys))
        XCTAssertEqual(response.status, 200)
        let rotations = try await servers.rotations(of: borrower)
        XCTAssertEqual(rotations, 1)
        try await again.end()
        let ended = try CreditSession(configuration, borrower: borrower)
        do {
            _ = try await ended.token()
            XCTFail("an ended session gave a token")
        } catch let error as CreditError {
            XCTAssertEqual(error.code, .sessionEnded)
        }
    }

    /// The reply of a refresh is lost after the platform rotated: the repeat is a replay, not a second rotation.
    private func lostReply(_ network: CreditConfiguration.Network) async throws {
        let servers = try Servers.running()
        let session = try CreditSession(configuration(servers, network), borrower: borrower)
        try await session.start()
        _ = try await session.send(.get(Self.journeys))
        let old = try await session.token()
        try await servers.order("POST", "/faults", ["route": "refresh", "kind": "drop_reply_after_commit", "count": 1])
        try session.reject(old)
        let token = try await session.token()
        XCTAssertEqual(token.generation, old.generation + 1)
        let rotations = try await servers.rotations(of: borrower)
        XCTAssertEqual(rotations, 1)
    }

    func testLifeWithLibcurl() async throws { try await life(.libcurl) }
    func testLifeWithURLSession() async throws { try await life(.transport(URLSessionTransport.shared)) }
    func testLostReplyWithLibcurl() async throws { try await lostReply(.libcurl) }
    func testLostReplyWithURLSession() async throws { try await lostReply(.transport(URLSessionTransport.shared)) }

    func testUntrustedServerGetsNothing() async throws {
        let servers = try Servers.running()
        var configuration = configuration(servers, .libcurl)
        configuration.trust = .init(certificateAuthoritiesPEM: Self.foreignAuthority)
        let session = try CreditSession(configuration, borrower: borrower)
        do {
            try await session.start(.init(deadline: 20))
            XCTFail("a stranger's certificate was accepted")
        } catch let error as CreditError {
            XCTAssertEqual(error.code, .tlsFailed)
        }
    }

    func testWrongLoginKeepsTheSession() async throws {
        let servers = try Servers.running()
        var configuration = configuration(servers, .libcurl)
        let wrong = Login("login-of-nobody")
        configuration.partnerAuthentication = wrong
        let session = try CreditSession(configuration, borrower: borrower)
        do {
            try await session.start()
            XCTFail("a stranger got a session")
        } catch let error as CreditError {
            XCTAssertEqual(error.code, .partnerUnauthorized)
            if case .partner = error {} else { XCTFail("\(error)") }
        }
    }

    func testQuickStart() async throws {
        let servers = try Servers.running()
        let session = try openSession(
            platform: servers.platform, partner: servers.partner, folder: folder,
            key: CreditSecret([UInt8](repeating: 3, count: 32)), login: AppLogin(token: "login-borrower-1"),
            trust: .init(certificateAuthoritiesPEM: servers.certificateAuthorities))
        let shown = Locked<[String]>([])
        let watching = Task { await watch(session) { text in shown.withLock { $0.append(text) } } }
        let status = try await firstCall(session)
        XCTAssertEqual(status, 200)
        try await session.close()
        await watching.value
        XCTAssertTrue(shown.withLock { $0.contains("ready") }, "\(shown.withLock { $0 })")
        XCTAssertEqual(advice(for: CreditError(.init(code: .sessionEnded, message: ""))), "start again")
        XCTAssertEqual(advice(for: CancellationError()), "nobody waits any more")
    }

    func testThousandTasksOneRotation() async throws {
        let servers = try Servers.running()
        let session = try CreditSession(configuration(servers, .libcurl), borrower: borrower)
        try await session.start()
        _ = try await session.send(.get(Self.journeys))
        let old = try await session.token()
        try session.reject(old)
        let generations = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<1000 { group.addTask { try await session.token().generation } }
            return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
        }
        XCTAssertEqual(generations, [old.generation + 1])
        let rotations = try await servers.rotations(of: borrower)
        XCTAssertEqual(rotations, 1)
    }

    /// A certificate of nobody, in the form that a bundle has.
    private static let foreignAuthority = ProcessInfo.processInfo.environment["CREDIT_TEST_FOREIGN_CA"].flatMap {
        try? String(contentsOfFile: $0, encoding: .utf8)
    }
}
