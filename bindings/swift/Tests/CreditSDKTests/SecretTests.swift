import Foundation
import XCTest

@testable import CreditSDK

final class SecretTests: WorldTestCase {
    private func everyPrint(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(describing: value)) \(String(reflecting: value)) \(dumped)"
    }

    func testTokensDoNotPrint() async throws {
        let session = try await started()
        let token = try await session.token()
        let text = everyPrint(token) + everyPrint([token]) + everyPrint(["a": token]) + everyPrint(session)
        for secret in platform.secrets { XCTAssertFalse(text.contains(secret)) }
        XCTAssertFalse(text.contains("canary"))
        XCTAssertTrue(text.contains("AccessToken(generation 1)"))
        token.withBytes { XCTAssertEqual(Data($0), Data(platform.sessionToken.utf8)) }
    }

    func testSecretsDoNotPrint() {
        let secret = CreditSecret(text: "canary-passphrase")
        XCTAssertFalse(everyPrint(secret).contains("canary"))
        XCTAssertFalse(everyPrint(CreditConfiguration.Storage.Key.passphrase(secret)).contains("canary"))
        XCTAssertEqual(secret.withBytes { Data($0) }, Data("canary-passphrase".utf8))
        XCTAssertEqual(CreditSecret([]).count, 0)
    }

    func testMessagesDoNotPrint() async throws {
        let session = try await started()
        let request = CreditRequest(
            .post, "/canary-path", headers: [CreditHeader("X-Canary", "canary-header")], body: Data("canary-body".utf8))
        XCTAssertFalse(everyPrint(request).contains("canary"))
        let response = try await session.send(.get(Self.journeys))
        XCTAssertFalse(everyPrint(response).contains("REVIEW"))
        let outgoing = try XCTUnwrap(platform.requests.first)
        XCTAssertFalse(everyPrint(outgoing).contains("canary"))
    }

    func testErrorsHaveNoSecret() async throws {
        let session = try await started()
        let error = await credit(.apiKeyRefused) {
            try await session.adopt(json: Data(#"{"sessionToken":"sk_test_canary_key_0123456789"}"#.utf8))
        }
        XCTAssertFalse(everyPrint(error as Any).contains("canary"))
    }
}
