import CreditSDK
import Foundation
import LoansKit
import XCTest

/// What a person does with the app, against the real sandbox and the real partner backend, over TLS.
final class LoanModelTests: XCTestCase, @unchecked Sendable {
    private var folder = URL(fileURLWithPath: "/")

    override func setUp() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("loans-" + UUID().uuidString)
    }
    override func tearDown() async throws { try? FileManager.default.removeItem(at: folder) }

    @MainActor func testStartCallEndAndStartAgain() async throws {
        let servers = try Servers.running()
        let model = try LoanModel(servers.settings("borrower-2", folder: folder))
        var shown: [LoanScreen] = []
        model.onChange = { shown.append($0) }
        try await eventually("signed out at first") { model.screen.phase == .signedOut }
        await model.call()
        XCTAssertEqual(model.screen.problem, "Please start again.")

        await model.start()
        XCTAssertNil(model.screen.problem)
        XCTAssertEqual(model.screen.phase, .ready)
        await model.call()
        XCTAssertNil(model.screen.problem)
        XCTAssertTrue(model.screen.lastCall?.hasPrefix("200, ") ?? false, "\(model.screen)")
        XCTAssertNotNil(model.screen.journey)
        XCTAssertTrue(shown.contains { $0.isBusy })
        XCTAssertFalse(model.screen.isBusy)

        await model.end()
        XCTAssertEqual(model.screen.phase, .signedOut)
        XCTAssertNil(model.screen.secondsLeft)
        XCTAssertNil(model.screen.journey)
        await model.start()
        XCTAssertNil(model.screen.problem)
        XCTAssertEqual(model.screen.phase, .ready)
        let minted = try await servers.ledger(of: "borrower-2").minted
        XCTAssertEqual(minted, 2)
        await model.close()
    }

    /// The countdown follows the token, second by second, and starts anew with the next one.
    @MainActor func testCountdown() async throws {
        let servers = try Servers.running()
        let model = try LoanModel(servers.settings("borrower-3", folder: folder))
        await model.start()
        await model.renew()
        let now = Date()
        model.tick(at: now)
        let first = try XCTUnwrap(model.screen.secondsLeft)
        XCTAssertGreaterThan(first, 60)
        XCTAssertLessThanOrEqual(first, 1800)
        for second in 1...120 {
            model.tick(at: now.addingTimeInterval(TimeInterval(second)))
            XCTAssertEqual(model.screen.secondsLeft, first - second)
        }
        model.tick(at: now.addingTimeInterval(7200))
        XCTAssertEqual(model.screen.secondsLeft, 0)
        XCTAssertEqual(model.screen.countdown, "0:00")

        let old = model.screen.generation
        try await servers.order("POST", "/revoke_session_tokens", ["borrowerExternalID": "borrower-3"])
        await model.call()
        XCTAssertNil(model.screen.problem)
        XCTAssertEqual(model.screen.generation, old + 1)
        model.tick(at: Date())
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(model.screen.secondsLeft), first - 120)
        await model.close()
    }

    func testWordsOfTheCountdown() {
        var screen = LoanScreen()
        XCTAssertEqual(screen.countdown, "-")
        for (seconds, words) in [(0, "0:00"), (9, "0:09"), (60, "1:00"), (1799, "29:59")] {
            screen.secondsLeft = seconds
            XCTAssertEqual(screen.countdown, words)
        }
    }

    @MainActor func testCheckout() async throws {
        let servers = try Servers.running()
        let model = try LoanModel(servers.settings("borrower-4", folder: folder))
        await model.start()
        await model.openCheckout()
        XCTAssertNil(model.screen.problem)
        XCTAssertTrue(model.screen.showsCheckout)
        let checkout = try XCTUnwrap(model.checkout)
        let page = try checkout.takeURL()
        XCTAssertThrowsError(try checkout.takeURL())
        XCTAssertTrue(checkout.allowsNavigation(to: page, inMainFrame: true))
        XCTAssertFalse(checkout.allowsNavigation(to: URL(string: "https://evil.example/")!, inMainFrame: true))
        // The page is really there.
        var components = try XCTUnwrap(URLComponents(url: page, resolvingAgainstBaseURL: false))
        components.fragment = nil
        let reply = try await URLSessionTransport.shared.send(
            TransportRequest(method: "GET", url: try XCTUnwrap(components.string)))
        XCTAssertEqual(reply.status, 200)

        let origin = page.scheme! + "://" + page.host! + (page.port.map { ":\($0)" } ?? "")
        let lender = #"{"type":"aarthik-labs:open-external","external_url":"https://lender.example/sign"}"#
        XCTAssertNil(model.hosted(message: lender, origin: "https://evil.example"))
        XCTAssertEqual(model.hosted(message: lender, origin: origin)?.absoluteString, "https://lender.example/sign")
        XCTAssertTrue(model.screen.showsCheckout)
        XCTAssertNil(model.hosted(message: #"{"type":"aarthik-labs:exit"}"#, origin: origin))
        XCTAssertFalse(model.screen.showsCheckout)
        XCTAssertNil(model.checkout)
        await model.close()
    }

    @MainActor func testAWrongLoginIsSaidInWords() async throws {
        let servers = try Servers.running()
        let model = try LoanModel(servers.settings("borrower-5", folder: folder), login: PartnerLogin("nobody"))
        await model.start()
        XCTAssertEqual(model.screen.problem, "Please log in to the app again.")
        XCTAssertEqual(model.screen.phase, .signedOut)
        await model.openCheckout()
        XCTAssertNotNil(model.screen.problem)
        XCTAssertFalse(model.screen.showsCheckout)
        await model.close()
    }

    /// The app and its extension, each with a session of its own on the same storage.
    @MainActor func testTheExtensionReadsTheAppsSession() async throws {
        let servers = try Servers.running()
        let settings = servers.settings("borrower-6", folder: folder)
        let notice = NoticeModel(settings)
        let before = await notice.text(within: 10)
        XCTAssertNil(before)
        let model = try LoanModel(settings)
        await model.start()
        await model.close()
        let after = await notice.text(within: 10)
        XCTAssertTrue(after?.hasPrefix("Your loan: ") ?? false, after ?? "nothing")
        let ledger = try await servers.ledger(of: "borrower-6")
        XCTAssertEqual(ledger.minted, 1)
    }

    /// A life over URLSession, as on a phone.
    @MainActor func testOverURLSession() async throws {
        let servers = try Servers.running()
        let settings = servers.settings("borrower-7", folder: folder, network: .transport(URLSessionTransport.shared))
        let model = try LoanModel(settings)
        await model.start()
        await model.call()
        XCTAssertNil(model.screen.problem)
        XCTAssertTrue(model.screen.lastCall?.hasPrefix("200, ") ?? false)
        await model.end()
        XCTAssertNil(model.screen.problem)
    }
}
