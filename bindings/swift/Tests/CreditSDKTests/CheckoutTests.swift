import Foundation
import XCTest

@testable import CreditSDK

final class CheckoutTests: WorldTestCase {
    private static let page = "https://platform.example/lab/embed?tenant_id=t1#bt_test_canary_9f8e7d6c5b"

    private func checkout(_ url: String = page) throws -> Checkout {
        try Checkout(configuration(), embedURL: CreditSecret(text: url), allowedOrigins: ["https://lender.example"])
    }

    func testURLIsTakenOnce() throws {
        let checkout = try checkout()
        XCTAssertEqual(try checkout.takeURL().absoluteString, Self.page)
        XCTAssertThrowsError(try checkout.takeURL()) { XCTAssertEqual(($0 as? CreditError)?.code, .checkoutTaken) }
    }

    func testOneOfManyGetsTheURL() async throws {
        let checkout = try checkout()
        let taken = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { (try? checkout.takeURL()) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        XCTAssertEqual(taken, 1)
    }

    func testForeignOriginIsRefused() {
        XCTAssertThrowsError(try checkout("https://evil.example/e#bt_test_12345678")) {
            XCTAssertEqual(($0 as? CreditError)?.code, .originRefused)
        }
    }

    func testNavigationIsGuarded() throws {
        let checkout = try checkout()
        let expected: [(String, Bool, Bool)] = [
            ("https://platform.example/next", true, true), ("https://lender.example/kyc", true, true),
            ("https://lender.example.evil.example/", true, false), ("javascript:alert(1)", true, false),
            ("about:blank", true, false), ("about:blank", false, true), ("tel:112", false, false),
        ]
        for (url, main, allowed) in expected {
            let url = try XCTUnwrap(URL(string: url))
            XCTAssertEqual(checkout.allowsNavigation(to: url, inMainFrame: main), allowed, "\(url) \(main)")
        }
    }

    func testMessagesAreRead() throws {
        let checkout = try checkout()
        let origin = "https://platform.example"
        guard case .exit = try checkout.event(from: #"{"type":"aarthik-labs:exit"}"#, origin: origin) else {
            return XCTFail("no exit")
        }
        let external = #"{"type":"aarthik-labs:open-external","external_url":"https://l.example/canary"}"#
        let event = try checkout.event(from: external, origin: origin)
        guard case .openExternal(let url, resume: nil) = event else { return XCTFail("\(event)") }
        XCTAssertEqual(url.absoluteString, "https://l.example/canary")
        XCTAssertFalse("\(event) \(String(reflecting: event))".contains("canary"))
        guard case .unknown(let name) = try checkout.event(from: #"{"type":"new"}"#, origin: origin) else {
            return XCTFail("not unknown")
        }
        XCTAssertEqual(name, "new")
        XCTAssertThrowsError(try checkout.event(from: external, origin: "https://lender.example")) {
            XCTAssertEqual(($0 as? CreditError)?.code, .originRefused)
        }
        XCTAssertThrowsError(try checkout.event(from: "not json", origin: origin))
    }
}
