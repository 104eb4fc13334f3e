import Foundation
import XCTest

@testable import CreditSDK

final class SessionTests: WorldTestCase {
    func testStartMakesASessionOnce() async throws {
        let session = try await started()
        XCTAssertEqual(session.state.phase, .active)
        XCTAssertEqual(session.state.generation, 1)
        try await session.start()
        XCTAssertEqual(platform.provided, 1)
        let journey = try await session.journey(knownOnly: true)
        XCTAssertEqual(journey?.id, "journey-1")
        XCTAssertEqual(journey?.status, "IN_PROGRESS")
        XCTAssertNil(journey?.nextAction)
    }

    func testTokenComesFromMemoryAtOnce() async throws {
        let session = try await started()
        let current = try XCTUnwrap(session.currentToken())
        let token = try await session.token()
        XCTAssertEqual(token.generation, current.generation)
        XCTAssertEqual(token.revealed(), platform.sessionToken)
        XCTAssertEqual(token.source, .cache)
        XCTAssertGreaterThan(try XCTUnwrap(token.expiresAt), Date())
        XCTAssertEqual(platform.requests.count, 0)
    }

    func testRejectedTokenIsRenewedOnceForAll() async throws {
        let session = try await accepted()
        let old = try await session.token()
        try session.reject(old)
        XCTAssertNil(try session.currentToken(), "what was refused is gone at once")
        let generations = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<100 { group.addTask { try await session.token().generation } }
            return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
        }
        XCTAssertEqual(generations, [old.generation + 1])
        XCTAssertEqual(platform.rotations, 1)
    }

    func testSendCarriesTheTokenAndRepeatsOnceAfter401() async throws {
        let session = try await accepted()
        platform.next(Self.journeys, FakePlatform.unauthorized(TransportRequest(method: "POST", url: "")))
        let response = try await session.send(.post(Self.journeys, json: ["journeyType": "PERSONAL_LOAN"]))
        XCTAssertEqual(response.status, 200)
        XCTAssertTrue(response.isSuccess)
        XCTAssertEqual(response.attempts, 2)
        XCTAssertEqual(response.header("x-answer"), "yes")
        XCTAssertEqual(response.requestID, "req_1")
        let sent = platform.requests(to: Self.journeys)
        XCTAssertEqual(sent.count, 2)
        XCTAssertEqual(sent[1].headers.first { $0.name == "Authorization" }?.value, "Bearer " + platform.sessionToken)
        for name in ["Idempotency-Key", "X-Correlation-ID"] {
            let values = sent.map { FakePlatform.header($0, name) }
            XCTAssertNotNil(values[0])
            XCTAssertEqual(values[0], values[1], name)
        }
        XCTAssertEqual(response.correlationID, FakePlatform.header(sent[1], "X-Correlation-ID"))
        XCTAssertEqual(sent[0].body, Data(#"{"journeyType":"PERSONAL_LOAN"}"#.utf8))
    }

    func testAnyStatusIsAResponse() async throws {
        let session = try await started()
        platform.next(Self.journeys, TransportReply(status: 418, body: Data("tea".utf8)))
        let response = try await session.send(.get(Self.journeys))
        XCTAssertEqual(response.status, 418)
        XCTAssertFalse(response.isSuccess)
        XCTAssertEqual(response.body, Data("tea".utf8))
        struct Envelope: Decodable { struct Journey: Decodable { let status: String }; let data: Journey }
        let good = try await session.send(.get(Self.journeys))
        XCTAssertEqual(try good.decoded(as: Envelope.self).data.status, "REVIEW")
    }

    func testJourneyAsksThePlatform() async throws {
        let session = try await started()
        let journey = try await session.journey()
        XCTAssertEqual(journey?.status, "REVIEW")
        XCTAssertEqual(journey?.nextAction, "SIGN")
    }

    func testAdoptTakesWhatTheBackendReturned() async throws {
        let session = try CreditSession(configuration(), borrower: "borrower-1")
        try await session.adopt(json: platform.handOut(borrower: "borrower-1"))
        let token = try await session.token()
        XCTAssertEqual(token.revealed(), platform.sessionToken)
        XCTAssertEqual(platform.provided, 0)
        _ = await credit(.contractWrongBorrower) {
            try await session.adopt(json: self.platform.handOut(borrower: "borrower-2"), replacing: true)
        }
    }

    func testSessionSurvivesItsObject() async throws {
        do {
            let session = try await started()
            try await session.close()
        }
        let again = try CreditSession(configuration(), borrower: "borrower-1")
        let token = try await again.token()
        XCTAssertEqual(token.revealed(), platform.sessionToken)
        XCTAssertEqual(platform.provided, 1)
    }

    func testEndSpendsTheObject() async throws {
        let session = try await started()
        try await session.end()
        XCTAssertThrowsError(try session.currentToken()) { error in
            XCTAssertNotNil(error as? CreditError)
        }
        let error = await credit(.sessionSpent) { try await session.start() }
        if case .usage = error {} else { XCTFail("\(String(describing: error))") }
        let again = try CreditSession(configuration(), borrower: "borrower-1")
        let ended = await credit(.sessionEnded) { try await again.token() }
        XCTAssertEqual(ended?.needsNewSession, true)
    }

    func testSameDescriptionIsTheSameSession() async throws {
        let first = try await started()
        let second = try CreditSession(configuration(), borrower: "borrower-1")
        XCTAssertEqual(try second.currentToken()?.generation, try first.currentToken()?.generation)
        var other = configuration()
        other.userAgent = "another"
        XCTAssertThrowsError(try CreditSession(other, borrower: "borrower-1")) { error in
            XCTAssertEqual((error as? CreditError)?.code, .configConflict)
        }
    }

    func testConfigurationNamesTheField() throws {
        var wrong = configuration()
        wrong.platformURL = URL(string: "http://platform.example")!
        XCTAssertThrowsError(try wrong.check()) { error in
            let error = error as? CreditError
            XCTAssertEqual(error?.code, .insecureURL)
            XCTAssertTrue(error?.message.contains("platform_url") ?? false, error?.message ?? "")
            if case .usage = error {} else { XCTFail("\(String(describing: error))") }
        }
        var policy = configuration()
        policy.policy.attemptTimeout = -1
        XCTAssertThrowsError(try CreditSession(policy, borrower: "borrower-1"))
        XCTAssertThrowsError(try CreditSession(configuration(), borrower: ""))
        XCTAssertNoThrow(try configuration().check())
    }

    func testStatesComeInOrderAndEndWithTheSession() async throws {
        let session = try CreditSession(configuration(), borrower: "borrower-1")
        let states = session.states
        let seen = Task { await states.reduce(into: [SessionState]()) { $0.append($1) } }
        try await session.start()
        try await session.close()
        let phases = await seen.value.map(\.phase)
        XCTAssertEqual(phases.last, .closed)
        XCTAssertTrue(phases.contains(.active), "\(phases)")
        XCTAssertTrue([.loading, .noSession(reason: .noSession)].contains(phases[0]), "\(phases)")
        let late = await session.states.reduce(into: [SessionState]()) { $0.append($1) }
        XCTAssertEqual(late.map(\.phase), [.closed])
    }

    func testStreamDoesNotKeepTheSessionOpen() async throws {
        var session: CreditSession? = try await started()
        let states = session!.states
        session = nil
        var last: SessionState?
        for await state in states { last = state }
        XCTAssertNotNil(last)
    }

    func testLeavingAStreamEndsTheSubscription() async throws {
        let session = try await started()
        for await state in session.states {
            XCTAssertEqual(state.phase, .active)
            break
        }
        for _ in 0..<100 { _ = session.states }
    }

    func testDiagnosticsHaveNoSecret() async throws {
        let session = try await accepted()
        try session.reject(try await session.token())
        _ = try await session.token()
        let text = try await session.diagnostics()
        let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        XCTAssertNotNil(parsed?["journal"])
        for secret in platform.secrets { XCTAssertFalse(text.contains(secret)) }
    }

    func testStorageCanBeErased() async throws {
        let session = try await started()
        _ = await credit(.configConflict) { try await self.configuration().eraseStorage(ofBorrower: "borrower-1") }
        try await session.close()
        try await configuration().eraseStorage(ofBorrower: "borrower-1")
        XCTAssertTrue(store.state.withLock { $0.records.isEmpty })
    }

    func testHintsAreTaken() async throws {
        let session = try await started()
        for hint in [CreditSession.Hint.networkAvailable, .foreground, .storageUnlocked, .clockChanged, .partnerCredentials]
        {
            try session.notify(hint)
        }
    }
}
