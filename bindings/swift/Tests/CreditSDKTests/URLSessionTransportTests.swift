import CCredit
import Foundation
import XCTest

@testable import CreditSDK

/// Besides the contract of transports (CreditTransportContractTests, which has no library on Apple's systems): how often a
/// request is delivered, and what the contract does not ask.
final class URLSessionTransportTests: XCTestCase {
    private let transport = URLSessionTransport()
    private var servers: [LoopbackServer] = []

    override func tearDown() {
        for server in servers { server.stop() }
        servers = []
        super.tearDown()
    }

    private func server(_ script: @escaping LoopbackServer.Script) throws -> LoopbackServer {
        let server = try LoopbackServer(script)
        servers.append(server)
        return server
    }

    private func request(
        _ method: String, _ url: String, headers: [CreditHeader] = [], body: String = "", timeout: TimeInterval = 30,
        limit: Int = 2 << 20, fresh: Bool = false
    ) -> TransportRequest {
        TransportRequest(
            method: method, url: url, headers: headers + [CreditHeader("Authorization", "Bearer st_test_canary")],
            body: Data(body.utf8), timeout: timeout, maximumReplyBytes: limit, needsFreshConnection: fresh)
    }

    private func failure(
        _ reason: TransportFailure.Reason, maybeSent: Bool, file: StaticString = #filePath, line: UInt = #line,
        _ work: () async throws -> TransportReply
    ) async {
        do {
            let reply = try await work()
            XCTFail("reply \(reply.status)", file: file, line: line)
        } catch let failure as TransportFailure {
            XCTAssertEqual(failure.reason, reason, failure.detail, file: file, line: line)
            XCTAssertEqual(failure.maybeSent, maybeSent, failure.detail, file: file, line: line)
            for word in ["canary", "://", "127.0.0.1", "/path"] {
                XCTAssertFalse(failure.detail.contains(word), failure.detail, file: file, line: line)
            }
        } catch {
            XCTFail("\(error)", file: file, line: line)
        }
    }

    private static let dieAfterWarm: LoopbackServer.Script = { seen, write in
        guard seen.target == "/warm" else { return .close }
        write(LoopbackServer.reply("warm"))
        return .keep
    }

    func testFreshPostIsDeliveredOnceWhenItsConnectionDies() async throws {
        let server = try server(Self.dieAfterWarm)
        _ = try await transport.send(request("GET", server.url("/warm")))
        let post = request(
            "POST", server.url("/path"), headers: [CreditHeader("Idempotency-Key", "k")], body: "{}", fresh: true)
        await failure(.interrupted, maybeSent: true) { try await transport.send(post) }
        XCTAssertEqual(server.deliveries(of: "/path"), 1)
        XCTAssertEqual(server.connections, 2)
    }

    func testMutationWithoutAKeyIsDeliveredOnce() async throws {
        let server = try server(Self.dieAfterWarm)
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            _ = try await transport.send(request("GET", server.url("/warm")))
            await failure(.interrupted, maybeSent: true) {
                try await transport.send(request(method, server.url("/path-" + method), body: "{}"))
            }
            XCTAssertEqual(server.deliveries(of: "/path-" + method), 1, method)
        }
    }

    func testKeptConnectionsAreNeverUsedByFreshRequests() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply("x"))
            return .keep
        }
        _ = try await transport.send(request("GET", server.url("/1")))
        _ = try await transport.send(request("POST", server.url("/2"), body: "{}", fresh: true))
        _ = try await transport.send(request("POST", server.url("/3"), body: "{}", fresh: true))
        let numbers = server.seen.map(\.connection)
        XCTAssertEqual(Set(numbers).count, 3, "\(numbers)")
    }

    func testResetsMayHaveBeenSent() async throws {
        for after in [LoopbackServer.After.reset, .close] {
            let server = try server { _, _ in after }
            await failure(.interrupted, maybeSent: true) {
                try await transport.send(request("POST", server.url("/path"), body: "{}", fresh: true))
            }
            XCTAssertEqual(server.seen.count, 1)
        }
    }

    func testRepliesCutShortAreNoReplies() async throws {
        var pieces = [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":1}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        ]
        #if canImport(Darwin)
            // FoundationNetworking ends the process when a connection ends within the headers.
            pieces += ["HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n"]
        #endif
        for piece in pieces {
            let server = try server { _, write in
                write(piece)
                return .close
            }
            await failure(.interrupted, maybeSent: true) {
                try await transport.send(request("POST", server.url("/path"), body: "{}", fresh: true))
            }
        }
    }

    func testLostReplyMayHaveBeenSentAlsoWhenAnotherAddressHadRefused() async throws {
        // "localhost" is ::1 first, where nobody listens.
        let server = try server { _, _ in .close }
        await failure(.interrupted, maybeSent: true) {
            try await transport.send(
                request("POST", "http://localhost:\(server.port)/path", body: "{}", fresh: true))
        }
        XCTAssertEqual(server.seen.count, 1)
    }

    #if !canImport(Darwin)
        func testFreshSessionRestsUntilItsConnectionIsTooOld() throws {
            let sessions = FreshSessions()
            let first = try sessions.take { .ephemeral }
            sessions.giveBack(first, mayHaveConnection: true)
            let second = try sessions.take { .ephemeral }
            XCTAssertFalse(second.session === first.session)
            sessions.giveBack(second, mayHaveConnection: false)
            XCTAssertTrue(try sessions.take { .ephemeral }.session === second.session)
        }
    #endif

    func testRedirectsAreReplies() async throws {
        let server = try server { seen, write in
            write(LoopbackServer.reply("", status: "302 Found", headers: "Location: /elsewhere\r\n"))
            return .keep
        }
        for method in ["GET", "POST"] {
            let reply = try await transport.send(request(method, server.url("/path"), fresh: true))
            XCTAssertEqual(reply.status, 302)
        }
        XCTAssertEqual(server.deliveries(of: "/elsewhere"), 0)
    }

    func testNothingIsCached() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply("x", headers: "Cache-Control: max-age=3600\r\n"))
            return .keep
        }
        for _ in 0..<3 { _ = try await transport.send(request("GET", server.url("/path"))) }
        XCTAssertEqual(server.seen.count, 3)
    }

    func testCancelledBeforeItBeganIsUnsent() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply("x"))
            return .keep
        }
        for fresh in [true, false] {
            let outgoing = request("GET", server.url("/path"), fresh: fresh)
            let sent = Task { [transport] in
                withUnsafeCurrentTask { $0?.cancel() }
                return try await transport.send(outgoing)
            }
            await failure(.cancelled, maybeSent: false) { try await sent.value }
        }
        XCTAssertEqual(server.connections, 0)
    }

    func testUnfitURLsAreRefused() async throws {
        for url in ["file:///etc/passwd", "not a url", ""] {
            await failure(.refused, maybeSent: false) { try await transport.send(request("GET", url)) }
        }
    }
}
