import Foundation
import XCTest

@testable import CreditSDK

/// Runs jobs where they are enqueued, and counts them.
private final class CountingExecutor: SerialExecutor {
    let jobs = Locked(0)
    private let queue = DispatchQueue(label: "counting")

    func enqueue(_ job: consuming ExecutorJob) {
        jobs.withLock { $0 += 1 }
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

private actor Screen {
    let executor = CountingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func enqueuedByTokens(_ session: CreditSession, _ count: Int) async throws -> Int {
        let before = executor.jobs.withLock { $0 }
        for _ in 0..<count { _ = try await session.token() }
        return executor.jobs.withLock { $0 } - before
    }

    func enqueuedByCall(_ session: CreditSession) async throws -> Int {
        let before = executor.jobs.withLock { $0 }
        _ = try await session.send(.get(WorldTestCase.journeys))
        assertIsolated()
        return executor.jobs.withLock { $0 } - before
    }
}

final class IsolationTests: WorldTestCase {
    func testLiveTokenComesWithoutAHop() async throws {
        let session = try await started()
        let hops = try await Screen().enqueuedByTokens(session, 1000)
        XCTAssertEqual(hops, 0)
    }

    func testWaitingCallsComeBackToTheirActor() async throws {
        let session = try await started()
        let hops = try await Screen().enqueuedByCall(session)
        XCTAssertEqual(hops, 1)
    }
}
