import CCredit
import Foundation
import XCTest

@testable import CreditSDK

final class CancellationTests: WorldTestCase {
    func testCancelledTaskNeverAsks() async throws {
        let session = try await accepted()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await session.token()
        }
        await cancelled { try await task.value }
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await session.send(.get(WorldTestCase.journeys))
        }
        await cancelled { try await call.value }
        XCTAssertEqual(platform.requests.count, 0)
    }

    func testCancelLeavesTheRotationAlone() async throws {
        let session = try await accepted()
        let old = try await session.token()
        platform.refreshGate.close()
        try session.reject(old)
        let waiting = Task { try await session.token() }
        try await eventually("the refresh is under way") { self.platform.refreshGate.waitingCount == 1 }
        waiting.cancel()
        await cancelled { try await waiting.value }
        platform.refreshGate.open()
        try await eventually("what was rotated is there") {
            try session.currentToken()?.generation == old.generation + 1
        }
        XCTAssertEqual(platform.rotations, 1)
        XCTAssertEqual(platform.requests(to: "/refresh").count, 1)
    }

    func testCancelledCallEnds() async throws {
        let session = try await accepted()
        platform.callGate.close()
        let call = Task { try await session.send(.get(WorldTestCase.journeys)) }
        try await eventually("the call is under way") { self.platform.callGate.waitingCount == 1 }
        call.cancel()
        await cancelled { try await call.value }
        platform.callGate.open()
    }

    func testDeadlineIsAnErrorOfItsOwn() async throws {
        let session = try await accepted()
        platform.refreshGate.close()
        try session.reject(try await session.token())
        let error = await credit(.deadline) { try await session.token(deadline: 0.02) }
        if case .interrupted = error {} else { XCTFail("\(String(describing: error))") }
        platform.refreshGate.open()
        let token = try await session.token()
        XCTAssertEqual(token.generation, 2)
    }

    func testCloseEndsWhatWaits() async throws {
        let session = try await accepted()
        platform.refreshGate.close()
        try session.reject(try await session.token())
        let waiting = Task { try await session.token() }
        try await eventually("the refresh is under way") { self.platform.refreshGate.waitingCount == 1 }
        let closing = Task { try await session.close() }
        _ = await credit(.closed) { try await waiting.value }
        // What is on the wire is stored before the session is closed.
        platform.refreshGate.open()
        try await closing.value
        let again = try CreditSession(configuration(), borrower: "borrower-1")
        let token = try await again.token()
        XCTAssertEqual(token.generation, 2)
        XCTAssertEqual(platform.rotations, 1)
    }

    /// 10,000 tasks wait for one rotation; every second one is cancelled, some before they begin, some while the answer is
    /// on its way. Each gets exactly one answer, and nothing of the library is left.
    func testStormLosesNoContinuation() async throws {
        let session = try await accepted()
        let old = try await session.token()
        platform.refreshGate.close()
        try session.reject(old)
        let tasks = (0..<10_000).map { number in
            Task {
                if number % 10 == 1 { withUnsafeCurrentTask { $0?.cancel() } }
                return try await session.token().generation
            }
        }
        try await eventually("the refresh is under way") { self.platform.refreshGate.waitingCount == 1 }
        let gate = platform.refreshGate
        let cancelling = Task.detached {
            for (number, task) in tasks.enumerated() where number % 2 == 1 {
                if number == 5001 { gate.open() }
                task.cancel()
            }
        }
        var tokens = 0
        var cancellations = 0
        for task in tasks {
            do {
                let generation = try await task.value
                XCTAssertEqual(generation, old.generation + 1)
                tokens += 1
            } catch is CancellationError {
                cancellations += 1
            }
        }
        await cancelling.value
        XCTAssertEqual(tokens + cancellations, 10_000)
        XCTAssertGreaterThanOrEqual(tokens, 5000, "nobody is cancelled who did not ask for it")
        XCTAssertGreaterThanOrEqual(cancellations, 1000)
        XCTAssertEqual(platform.rotations, 1)
    }
}
