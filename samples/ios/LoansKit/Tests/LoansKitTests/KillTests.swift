import CreditSDK
import Foundation
import LoansKit
import XCTest

/// The app is a process of its own here, and is killed as a phone kills it: without a word.
final class KillTests: XCTestCase, @unchecked Sendable {
    private var folder = URL(fileURLWithPath: "/")

    override func setUp() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("loans-" + UUID().uuidString)
    }
    override func tearDown() async throws { try? FileManager.default.removeItem(at: folder) }

    /// A running `loans-process`.
    private final class App {
        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private var heard = Data()

        init(borrower: String, folder: URL) throws {
            let here = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            process.executableURL = here.appendingPathComponent("loans-process")
            var environment = ProcessInfo.processInfo.environment
            environment["CREDIT_SAMPLE_FOLDER"] = folder.path
            environment["CREDIT_SAMPLE_BORROWER"] = borrower
            process.environment = environment
            process.standardInput = input
            process.standardOutput = output
            try process.run()
        }

        func say(_ order: String) { input.fileHandleForWriting.write(Data((order + "\n").utf8)) }

        /// The next line, or what there was when it ended.
        func hear() -> String {
            while true {
                if let end = heard.firstIndex(of: 10) {
                    defer { heard.removeSubrange(...end) }
                    return String(decoding: heard[..<end], as: UTF8.self)
                }
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { return String(decoding: heard, as: UTF8.self) }
                heard.append(more)
            }
        }

        func kill() -> Bool {
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
        }
    }

    @MainActor func testResumesAfterAKill() async throws {
        let servers = try Servers.running()
        let app = try App(borrower: "borrower-8", folder: folder)
        XCTAssertEqual(app.hear(), "started 1")
        app.say("call")
        XCTAssertEqual(app.hear(), "called 1")
        XCTAssertTrue(app.kill())

        let model = try LoanModel(servers.settings("borrower-8", folder: folder))
        try await eventually("the session is there again") { model.screen.phase == .ready }
        await model.call()
        XCTAssertNil(model.screen.problem)
        XCTAssertEqual(model.screen.generation, 1)
        let ledger = try await servers.ledger(of: "borrower-8")
        XCTAssertEqual(ledger.minted, 1)
        XCTAssertEqual(ledger.rotated, 0)
        await model.close()
    }

    /// Killed after the platform rotated and before the reply came: the next process repeats the very same refresh.
    @MainActor func testResumesAfterAKillInTheMiddleOfARotation() async throws {
        let servers = try Servers.running()
        let app = try App(borrower: "borrower-9", folder: folder)
        XCTAssertEqual(app.hear(), "started 1")
        try await servers.order("POST", "/faults", ["route": "refresh", "kind": "drop_reply_after_commit", "count": 1000])
        try await servers.order("POST", "/revoke_session_tokens", ["borrowerExternalID": "borrower-9"])
        app.say("call")
        try await eventually("the platform rotated") { try await servers.ledger(of: "borrower-9").rotated == 1 }
        XCTAssertTrue(app.kill())
        try await servers.order("DELETE", "/faults")

        let model = try LoanModel(servers.settings("borrower-9", folder: folder))
        await model.call()
        XCTAssertNil(model.screen.problem)
        XCTAssertTrue(model.screen.lastCall?.hasPrefix("200, ") ?? false)
        XCTAssertEqual(model.screen.generation, 2)
        let ledger = try await servers.ledger(of: "borrower-9")
        XCTAssertEqual(ledger.minted, 1)
        XCTAssertEqual(ledger.rotated, 1)
        await model.close()
    }

    /// Fifteen kills wherever they happen to fall; the borrower is never asked to start again.
    @MainActor func testSurvivesKillsAnywhere() async throws {
        let servers = try Servers.running()
        for round in 0..<15 {
            let app = try App(borrower: "borrower-10", folder: folder)
            if round % 3 != 0 { XCTAssertTrue(app.hear().hasPrefix("started")) }
            if round % 3 == 2 {
                try await servers.order("POST", "/revoke_session_tokens", ["borrowerExternalID": "borrower-10"])
                app.say("call")
            }
            XCTAssertTrue(app.kill())
        }
        let model = try LoanModel(servers.settings("borrower-10", folder: folder))
        await model.call()
        XCTAssertNil(model.screen.problem)
        XCTAssertTrue(model.screen.lastCall?.hasPrefix("200, ") ?? false)
        await model.close()
    }
}
