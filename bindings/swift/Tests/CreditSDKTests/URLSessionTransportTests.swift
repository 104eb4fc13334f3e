import CCredit
import Foundation
import XCTest

@testable import CreditSDK

/// What the core relies on in a transport: the list that libcurl's keeps (tests/contract), as far as URLSession can tell.
final class URLSessionTransportTests: XCTestCase {
    private let transport = URLSessionTransport()
    private let other = URLSessionTransport()
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

    func testRequestAndReplyArriveWhole() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply(#"{"a":1}"#, status: "418 I'm a teapot", headers: "X-One: 1\r\n"))
            return .keep
        }
        let reply = try await transport.send(
            request(
                "POST", server.url("/path?q=1"), headers: [CreditHeader("X-Correlation-ID", "c-1")], body: #"{"b":2}"#))
        XCTAssertEqual(reply.status, 418)
        XCTAssertEqual(reply.body, Data(#"{"a":1}"#.utf8))
        XCTAssertTrue(reply.headers.contains(CreditHeader("X-One", "1")))
        let seen = try XCTUnwrap(server.seen.first)
        XCTAssertTrue(seen.text.hasPrefix("POST /path?q=1 HTTP/1.1"))
        XCTAssertTrue(seen.text.hasSuffix(#"{"b":2}"#))
        XCTAssertEqual(seen.header("Authorization"), "Authorization: Bearer st_test_canary")
        XCTAssertEqual(seen.header("X-Correlation-ID")?.hasSuffix(": c-1"), true)
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

    func testRefusedConnectionIsUnsent() async throws {
        let port = try LoopbackServer.unusedPort()
        await failure(.connect, maybeSent: false) {
            try await transport.send(request("POST", "http://127.0.0.1:\(port)/path", body: "{}", fresh: true))
        }
    }

    func testUnknownHostIsUnsent() async throws {
        await failure(.resolve, maybeSent: false) {
            try await transport.send(request("GET", "http://credit-sdk.invalid/path"))
        }
    }

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

    func testCookiesAreNeitherKeptNorSent() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply("x", headers: "Set-Cookie: a=1; Path=/\r\n"))
            return .keep
        }
        for _ in 0..<2 { _ = try await transport.send(request("GET", server.url("/path"))) }
        XCTAssertEqual(server.seen.count, 2)
        for seen in server.seen { XCTAssertNil(seen.header("Cookie")) }
    }

    func testNothingIsCached() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply("x", headers: "Cache-Control: max-age=3600\r\n"))
            return .keep
        }
        for _ in 0..<3 { _ = try await transport.send(request("GET", server.url("/path"))) }
        XCTAssertEqual(server.seen.count, 3)
    }

    func testRepliesAreCapped() async throws {
        let server = try server { _, write in
            write(LoopbackServer.reply(String(repeating: "x", count: 100_000)))
            return .keep
        }
        await failure(.replyTooLarge, maybeSent: true) {
            try await transport.send(request("GET", server.url("/path"), limit: 99_999))
        }
        let whole = try await transport.send(request("GET", server.url("/path"), limit: 100_000))
        XCTAssertEqual(whole.body.count, 100_000)
    }

    func testHeadersAreCapped() async throws {
        let server = try server { _, write in
            let line = "X-Long: " + String(repeating: "x", count: 9000) + "\r\n"
            write(LoopbackServer.reply("x", headers: String(repeating: line, count: 5)))
            return .keep
        }
        await failure(.replyTooLarge, maybeSent: true) { try await transport.send(request("GET", server.url("/path"))) }
    }

    func testTimeLimitRunsOverTheWholeExchange() async throws {
        let held = Locked(true)
        let server = try server { _, write in
            // A byte now and then does not begin the time anew.
            write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while held.withLock({ $0 }) {
                write("x")
                usleep(5_000)
            }
            return .close
        }
        defer { held.withLock { $0 = false } }
        await failure(.timeout, maybeSent: true) {
            try await transport.send(request("GET", server.url("/path"), timeout: 0.2))
        }
    }

    func testCancelEndsTheExchange() async throws {
        let held = Locked(true)
        let server = try server { _, _ in
            while held.withLock({ $0 }) { usleep(1_000) }
            return .close
        }
        defer { held.withLock { $0 = false } }
        let outgoing = request("GET", server.url("/path"))
        let sent = Task { [transport] in try await transport.send(outgoing) }
        while server.seen.isEmpty { await Task.yield() }
        sent.cancel()
        await failure(.cancelled, maybeSent: true) { try await sent.value }
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

    func testManyExchangesAtOnceKeepApart() async throws {
        let server = try server { seen, write in
            write(LoopbackServer.reply(seen.target))
            return .keep
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                let sender = number % 2 == 0 ? transport : other
                let outgoing = request("GET", server.url("/\(number)"))
                group.addTask { try await sender.send(outgoing).body == Data("/\(number)".utf8) }
            }
            for try await right in group { XCTAssertTrue(right) }
        }
        XCTAssertEqual(server.seen.count, 100)
    }

    func testUnfitURLsAreRefused() async throws {
        for url in ["file:///etc/passwd", "not a url", ""] {
            await failure(.refused, maybeSent: false) { try await transport.send(request("GET", url)) }
        }
    }
}
