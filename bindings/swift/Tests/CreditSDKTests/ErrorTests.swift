import CCredit
import Foundation
import XCTest

@testable import CreditSDK

final class ErrorTests: WorldTestCase {
    func testErrorsAreSortedByRemedy() {
        func sorted(_ code: CreditErrorCode) -> String {
            let error = CreditError(CreditError.Details(code: code, message: ""))
            return String(Mirror(reflecting: error).children.first?.label ?? "")
        }
        XCTAssertEqual(sorted(.configMissing), "usage")
        XCTAssertEqual(sorted(.deadline), "interrupted")
        XCTAssertEqual(sorted(.sessionDead), "sessionNeeded")
        XCTAssertEqual(sorted(.tlsFailed), "network")
        XCTAssertEqual(sorted(.contractMalformed), "platform")
        XCTAssertEqual(sorted(.partnerUnauthorized), "partner")
        XCTAssertEqual(sorted(.storageLocked), "storage")
        XCTAssertEqual(sorted(.outOfMemory), "library")
    }

    func testCodesOfANewerLibraryAreSortedByRange() {
        let expected: [(Int32, CreditErrorCode.Remedy)] = [
            (1099, .usage), (1199, .interrupted), (2999, .session), (3999, .network), (4099, .platform),
            (4999, .partner), (5999, .storage), (9999, .library), (7000, .library), (-1, .library),
        ]
        for (value, remedy) in expected { XCTAssertEqual(CreditErrorCode(rawValue: value).remedy, remedy, "\(value)") }
        XCTAssertEqual(CreditErrorCode(rawValue: 9999).description, "unknown")
        XCTAssertEqual(CreditErrorCode.storageLocked.description, "storage_locked")
    }

    func testPredicatesAreTheLibrarys() {
        XCTAssertTrue(CreditErrorCode.networkTimeout.isRetryable)
        XCTAssertFalse(CreditErrorCode.configInvalid.isRetryable)
        XCTAssertTrue(CreditErrorCode.sessionEnded.needsNewSession)
        XCTAssertFalse(CreditErrorCode.storageLocked.needsNewSession)
    }

    func testPlatformsRefusalIsTold() async throws {
        let session = try await accepted()
        let token = try await session.token()
        platform.state.withLock { $0.providerFailure = ProviderFailure.refused }
        let error = #"{"code":"RATE_LIMITED","message":"slow down","retryable":true}"#
        for _ in 0..<20 {
            platform.next(
                "/refresh",
                TransportReply(
                    status: 429, headers: [CreditHeader("Retry-After", "7")],
                    body: Data(FakePlatform.envelope("null", error: error, TransportRequest(method: "POST", url: "")).utf8)))
        }
        try session.reject(token)
        let told = await credit(.rateLimited) { try await session.token(deadline: 1) }
        if told != nil {
            XCTAssertEqual(told?.httpStatus, 429)
            XCTAssertEqual(told?.platformCode, "RATE_LIMITED")
            XCTAssertEqual(told?.requestID, "req_1")
            XCTAssertEqual(told?.isRetryable, true)
            XCTAssertEqual(try XCTUnwrap(told?.retryAfter), 7, accuracy: 1.1)
        }
    }

    func testProvidersErrorsAreUnderstood() async throws {
        let cases: [(any Error, CreditErrorCode)] = [
            (ProviderFailure.unauthorized, .partnerUnauthorized), (ProviderFailure.refused, .partnerRefused),
            (CreditError(.init(code: .partnerRefused, message: "m")), .partnerRefused),
            (CocoaError(.fileNoSuchFile), .providerFailed),
        ]
        for (thrown, code) in cases {
            platform.state.withLock { $0.providerFailure = thrown }
            let session = try CreditSession(configuration(), borrower: "borrower-\(code)-\(type(of: thrown))")
            let error = await credit(code) { try await session.start(.init(deadline: 20)) }
            if case .partner = error {} else { XCTFail("\(String(describing: error))") }
        }
        XCTAssertEqual(ProviderFailure(of: URLError(.timedOut)).code, .networkTimeout)
        XCTAssertEqual(ProviderFailure(of: URLError(.cannotFindHost)).code, .networkUnreachable)
    }

    func testTransportsFailureIsTheNetworks() async throws {
        let session = try await started()
        for _ in 0..<20 { platform.next(Self.journeys, TransportFailure(.connect, maybeSent: false, detail: "none")) }
        let error = await credit(.networkUnreachable) {
            try await session.send(CreditRequest(.get, Self.journeys, deadline: 5))
        }
        if case .network = error {} else { XCTFail("\(String(describing: error))") }
        XCTAssertEqual(error?.isRetryable, true)
        XCTAssertNil(error?.httpStatus)
    }
}
