import CCredit
import Foundation
import XCTest

@testable import CreditSDK

private final class Lines: CreditLogger {
    let lines = Locked<[String]>([])
    func log(_ level: CreditLogLevel, _ line: String) { lines.withLock { $0.append(line) } }
}

private final class Assertions: BackgroundAssertions {
    let open = Locked<(begun: Int, ended: Int)>((0, 0))
    func begin() -> UInt64? {
        open.withLock { open in
            open.begun += 1
            return UInt64(open.begun)
        }
    }
    func end(_ handle: UInt64) { open.withLock { $0.ended += 1 } }
}

private final class FixedKey: SealingKey {
    let failure = Locked<StoreFailure?>(nil)
    func fetch() async throws -> CreditSecret {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return CreditSecret([UInt8](repeating: 7, count: 32))
    }
}

private final class Login: PartnerAuthentication {
    let asked = Locked(0)
    func headers() async throws -> [CreditHeader] {
        asked.withLock { $0 += 1 }
        return [CreditHeader("Authorization", "Bearer app-login")]
    }
}

private actor ActorStore: SecureStore {
    var records: [String: Data] = [:]
    func load(_ name: String) -> Data? { records[name] }
    func replace(_ name: String, with record: Data, writeSequence: UInt64) { records[name] = record }
    func erase(_ name: String) { records[name] = nil }
}

final class PortTests: WorldTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("credit-" + UUID().uuidString)
    }
    override func tearDownWithError() throws { try? FileManager.default.removeItem(at: folder) }

    func testLockedStorageIsNotEmpty() async throws {
        do { _ = try await started() }
        try await eventually("closed") { credit_debug_live_objects() == 0 }
        store.fail(with: .locked)
        let session = try CreditSession(configuration(), borrower: "borrower-1")
        try await eventually("locked") {
            if case .storageLocked = session.state.phase { return true }
            return false
        }
        let error = await credit(.storageLocked) { try await session.token(deadline: 0.05) }
        if case .storage = error {} else { XCTFail("\(String(describing: error))") }
        store.fail(with: nil)
        try session.notify(.storageUnlocked)
        let token = try await session.token()
        XCTAssertEqual(token.revealed(), platform.sessionToken)
        XCTAssertEqual(platform.provided, 1)
    }

    func testEveryAnswerOfAStoreHasItsCode() async throws {
        let expected: [(StoreFailure, CreditErrorCode)] = [
            (.locked, .storageLocked), (.transient, .deadline), (.denied, .storageDenied), (.corrupt, .storageCorrupt),
            (.wrongKey, .storageWrongKey), (.keyLost, .storageKeyLost), (.newerFormat, .storageNewerFormat),
            (.full, .storageFull), (.unsupported, .unsupported),
        ]
        for (failure, code) in expected {
            store.fail(with: failure)
            let session = try CreditSession(configuration(), borrower: "borrower-\(code.rawValue)")
            _ = await credit(code) { try await session.token(deadline: 0.05) }
        }
    }

    func testLocksArePaired() async throws {
        let session = try await accepted()
        try session.reject(try await session.token())
        _ = try await session.token()
        try await session.end()
        let (locks, unlocks) = store.state.withLock { ($0.locks, $0.unlocks) }
        XCTAssertGreaterThan(locks, 2)
        XCTAssertEqual(locks, unlocks)
    }

    func testAnActorCanBeAStore() async throws {
        var configuration = configuration()
        let store = ActorStore()
        configuration.storage = .store(store)
        let session = try CreditSession(configuration, borrower: "borrower-1")
        try await session.start()
        let records = await store.records
        XCTAssertEqual(records.count, 1)
        XCTAssertFalse(records.keys.first!.contains("borrower"))
    }

    func testSealedFileWithEachKey() async throws {
        let keys: [CreditConfiguration.Storage.Key] = [
            .bytes(CreditSecret([UInt8](repeating: 1, count: 32))), .passphrase(CreditSecret(text: "long enough")),
            .provided(FixedKey()),
        ]
        for (number, key) in keys.enumerated() {
            var configuration = configuration()
            let place = folder.appendingPathComponent("\(number)")
            configuration.storage = .sealedFile(directory: place, key: key)
            let borrower = "borrower-\(number)"
            do {
                let session = try CreditSession(configuration, borrower: borrower)
                try await session.start()
            }
            // A passphrase is slow by intention: once is enough.
            if case .passphrase = key {
            } else {
                let again = try CreditSession(configuration, borrower: borrower)
                let token = try await again.token()
                XCTAssertEqual(token.revealed(), platform.sessionToken)
            }
            let paths = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
            XCTAssertFalse(paths.isEmpty)
            for path in paths {
                let bytes = FileManager.default.contents(atPath: place.appendingPathComponent(path).path) ?? Data()
                for secret in platform.secrets { XCTAssertNil(bytes.range(of: Data(secret.utf8))) }
            }
        }
    }

    func testSealingKeysFailureIsTold() async throws {
        let key = FixedKey()
        var configuration = configuration()
        configuration.storage = .sealedFile(directory: folder, key: .provided(key))
        let session = try CreditSession(configuration, borrower: "borrower-1")
        try await session.start()
        try await session.close()
        key.failure.withLock { $0 = .locked }
        let locked = try CreditSession(configuration, borrower: "borrower-1")
        _ = await credit(.storageLocked) { try await locked.token(deadline: 0.05) }
    }

    func testPartnersLoginIsAskedForEachRequest() async throws {
        let login = Login()
        var configuration = configuration()
        configuration.sessionProvider = nil
        configuration.partnerURL = URL(string: "https://partner.example")
        configuration.partnerAuthentication = login
        platform.next("/api/credit/session", TransportReply(status: 200, body: platform.handOut(borrower: "borrower-1")))
        let session = try CreditSession(configuration, borrower: "borrower-1")
        try await session.start()
        let request = try XCTUnwrap(platform.requests(to: "/api/credit/session").first)
        XCTAssertEqual(FakePlatform.header(request, "Authorization"), "Bearer app-login")
        XCTAssertTrue(request.needsFreshConnection)
        XCTAssertEqual(login.asked.withLock { $0 }, 1)
    }

    func testRotationIsBracketedByAnAssertion() async throws {
        let assertions = Assertions()
        let lines = Lines()
        var configuration = configuration()
        configuration.background = assertions
        configuration.logger = lines
        let session = try CreditSession(configuration, borrower: "borrower-1")
        try await session.start()
        _ = try await session.send(.get(Self.journeys))
        try session.reject(try await session.token())
        _ = try await session.token()
        XCTAssertGreaterThanOrEqual(assertions.open.withLock { $0.begun }, 1)
        try await eventually("each assertion is given back") { assertions.open.withLock { $0.begun == $0.ended } }
        for line in lines.lines.withLock({ $0 }) {
            for secret in platform.secrets { XCTAssertFalse(line.contains(secret)) }
        }
    }

    func testProviderIsToldWhatStartWasTold() async throws {
        final class Recorder: SessionProvider {
            let platform: FakePlatform
            let request = Locked<SessionRequest?>(nil)
            init(_ platform: FakePlatform) { self.platform = platform }
            func session(for request: SessionRequest) async throws -> Data {
                self.request.withLock { $0 = request }
                return try await platform.session(for: request)
            }
        }
        let recorder = Recorder(platform)
        var configuration = configuration()
        configuration.sessionProvider = recorder
        let session = try CreditSession(configuration, borrower: "borrower-1")
        try await session.start(.init(journeyType: "PERSONAL_LOAN", profile: CreditSecret(text: #"{"phone":"1"}"#)))
        let request = try XCTUnwrap(recorder.request.withLock { $0 })
        XCTAssertEqual(request.borrowerExternalID, "borrower-1")
        XCTAssertEqual(request.journeyType, "PERSONAL_LOAN")
        XCTAssertEqual(request.profile?.withBytes { String(decoding: $0, as: UTF8.self) }, #"{"phone":"1"}"#)
        XCTAssertFalse(request.isHealing)
        XCTAssertFalse(request.idempotencyKey.isEmpty)
    }

    func testTransportWithoutATimeLimitHoldsNothing() async throws {
        final class Forgetful: Transport {
            let gate = Gate(open: false)
            func send(_ request: TransportRequest) async throws -> TransportReply {
                await gate.pass()
                return TransportReply(status: 200)
            }
        }
        let forgetful = Forgetful()
        var configuration = configuration()
        configuration.network = .transport(forgetful)
        configuration.policy.attemptTimeout = 0.1
        let session = try CreditSession(configuration, borrower: "borrower-1")
        try await session.start()
        let token = try await session.token()
        try session.reject(token)
        let waiting = Task { try await session.token() }
        try await eventually("the refresh is under way") { forgetful.gate.waitingCount > 0 }
        try await session.close()
        _ = await credit(.closed) { try await waiting.value }
        forgetful.gate.open()
    }

    func testDeadSessionHealsThroughTheProvider() async throws {
        let session = try await accepted()
        let old = try await session.token()
        platform.state.withLock { $0.refreshToken = "rt_test_other_" + String(repeating: "c", count: 20) }
        try session.reject(old)
        let token = try await session.token()
        XCTAssertEqual(platform.provided, 2)
        XCTAssertEqual(token.revealed(), platform.sessionToken)
    }
}
