import CCredit
import Foundation
import XCTest

@testable import CreditSDK

/// One platform, one device, and the check that nothing of the library is left when they are gone.
class WorldTestCase: XCTestCase {
    static let patience: TimeInterval = 60
    static let journeys = "/api/v1/headless/journeys"

    private(set) var platform = FakePlatform()
    private(set) var store = MemoryStore()

    override func setUp() {
        super.setUp()
        platform = FakePlatform()
        store = MemoryStore()
    }

    override func tearDown() async throws {
        platform = FakePlatform()
        store = MemoryStore()
        try await eventually("everything of the library is released") { credit_debug_live_objects() == 0 }
        try await super.tearDown()
    }

    func configuration() -> CreditConfiguration {
        var configuration = CreditConfiguration(
            environment: .test, platformURL: URL(string: "https://platform.example")!, storage: .store(store))
        configuration.network = .transport(platform)
        configuration.sessionProvider = platform
        return configuration
    }

    func started() async throws -> CreditSession {
        let session = try CreditSession(configuration(), borrower: "borrower-1")
        try await session.start()
        return session
    }

    /// A session whose token the platform accepted once, so that refusing it opens no breaker.
    func accepted() async throws -> CreditSession {
        let session = try await started()
        _ = try await session.send(.get(Self.journeys))
        platform.state.withLock { $0.requests = [] }
        return session
    }

    /// Waits until it is so, however slow the machine is.
    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = Date() + Self.patience
        while try await !condition() {
            guard Date() < end else { return XCTFail("did not happen: \(what)") }
            try await Task.sleep(nanoseconds: 1_000_000)
        }
    }

    func credit<Value>(
        _ code: CreditErrorCode, file: StaticString = #filePath, line: UInt = #line,
        _ work: () async throws -> Value
    ) async -> CreditError? {
        do {
            _ = try await work()
            XCTFail("no error, \(code) expected", file: file, line: line)
        } catch let error as CreditError {
            XCTAssertEqual(error.code, code, error.message, file: file, line: line)
            return error
        } catch {
            XCTFail("\(error) instead of \(code)", file: file, line: line)
        }
        return nil
    }

    func cancelled<Value>(
        file: StaticString = #filePath, line: UInt = #line, _ work: () async throws -> Value
    ) async {
        do {
            _ = try await work()
            XCTFail("not cancelled", file: file, line: line)
        } catch is CancellationError {
        } catch {
            XCTFail("\(error) instead of CancellationError", file: file, line: line)
        }
    }
}
