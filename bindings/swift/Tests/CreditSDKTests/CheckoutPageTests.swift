import Foundation
import XCTest

@testable import CreditSDK

final class CheckoutPageTests: XCTestCase {
    func testOriginsHaveOneSpelling() {
        XCTAssertEqual(CheckoutPage.origin(scheme: "https", host: "page.example", port: 0), "https://page.example")
        XCTAssertEqual(CheckoutPage.origin(scheme: "HTTPS", host: "Page.Example", port: 443), "https://page.example")
        XCTAssertEqual(CheckoutPage.origin(scheme: "https", host: "page.example", port: 8443), "https://page.example:8443")
        XCTAssertEqual(CheckoutPage.origin(scheme: "http", host: "127.0.0.1", port: 80), "http://127.0.0.1")
        XCTAssertEqual(CheckoutPage.origin(scheme: "https", host: "::1", port: 1), "https://[::1]:1")
    }

    func testMessagesMayBeTextOrAnObject() {
        XCTAssertEqual(CheckoutPage.text(of: #"{"type":"x"}"#), #"{"type":"x"}"#)
        XCTAssertEqual(CheckoutPage.text(of: ["type": "aarthik-labs:exit"]), #"{"type":"aarthik-labs:exit"}"#)
        XCTAssertNil(CheckoutPage.text(of: 7))
        XCTAssertNil(CheckoutPage.text(of: ["a", "b"]))
        XCTAssertNil(CheckoutPage.text(of: ["when": Date()]))
    }

    func testARefusedNavigationIsNoFailure() {
        XCTAssertFalse(CheckoutPage.isFailure(NSError(domain: "WebKitErrorDomain", code: 102)))
        XCTAssertFalse(CheckoutPage.isFailure(NSError(domain: NSURLErrorDomain, code: NSURLErrorCancelled)))
        XCTAssertTrue(CheckoutPage.isFailure(NSError(domain: NSURLErrorDomain, code: NSURLErrorTimedOut)))
        XCTAssertTrue(CheckoutPage.isFailure(NSError(domain: "WebKitErrorDomain", code: 101)))
    }

    func testOnlyWebPagesGoToTheBrowser() throws {
        for (text, allowed) in [
            ("https://lender.example/x", true), ("HTTPS://lender.example", true), ("http://lender.example", false),
            ("tel:112", false), ("javascript:alert(1)", false), ("file:///etc/passwd", false), ("https:///x", false),
        ] {
            XCTAssertEqual(CheckoutPage.mayOpenOutside(try XCTUnwrap(URL(string: text))), allowed, text)
        }
    }
}

final class AssertionTableTests: XCTestCase {
    func testIsGivenBackOnceByItsOwner() throws {
        let table = AssertionTable()
        let returned = Locked(0)
        let handle = try XCTUnwrap(table.begin { _ in { returned.withLock { $0 += 1 } } })
        XCTAssertEqual(returned.withLock { $0 }, 0)
        table.end(handle)
        table.end(handle)
        XCTAssertEqual(returned.withLock { $0 }, 1)
    }

    func testIsGivenBackOnceWhenTheTimeIsOver() throws {
        let table = AssertionTable()
        let returned = Locked(0)
        let over = Locked<@Sendable () -> Void>({})
        let handle = try XCTUnwrap(
            table.begin { expired in
                over.withLock { $0 = expired }
                return { returned.withLock { $0 += 1 } }
            })
        over.withLock { $0 }()
        XCTAssertEqual(returned.withLock { $0 }, 1)
        table.end(handle)
        over.withLock { $0 }()
        XCTAssertEqual(returned.withLock { $0 }, 1)
    }

    func testOverBeforeItBegan() {
        let table = AssertionTable()
        let returned = Locked(0)
        let handle = table.begin { expired in
            expired()
            return { returned.withLock { $0 += 1 } }
        }
        XCTAssertNil(handle)
        XCTAssertEqual(returned.withLock { $0 }, 1)
    }

    func testRefusedIsNoHandle() throws {
        let table = AssertionTable()
        XCTAssertNil(table.begin { _ in nil })
        XCTAssertNil(BackgroundTaskAssertions { _ in nil }.begin())
        let first = try XCTUnwrap(table.begin { _ in {} })
        let second = try XCTUnwrap(table.begin { _ in {} })
        XCTAssertNotEqual(first, second)
    }
}
