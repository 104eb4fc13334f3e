import CreditSDK
import Foundation
import LoansKit
import XCTest

/// Sandbox and partner backend as the test script started them.
@MainActor struct Servers {
    let platform, partner, admin: URL
    let authorities: String

    static func running() throws -> Servers {
        let environment = ProcessInfo.processInfo.environment
        guard let platform = environment["CREDIT_TEST_PLATFORM_URL"].flatMap(URL.init),
            let partner = environment["CREDIT_TEST_PARTNER_URL"].flatMap(URL.init),
            let admin = environment["CREDIT_TEST_ADMIN_URL"].flatMap(URL.init),
            let file = environment["CREDIT_TEST_CA_FILE"]
        else { throw XCTSkip("no sandbox: run samples/ios/test") }
        return Servers(
            platform: platform, partner: partner, admin: admin,
            authorities: try String(contentsOfFile: file, encoding: .utf8))
    }

    /// An order to the sandbox.
    @discardableResult
    func order(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> [String: Any] {
        let reply = try await URLSessionTransport.shared.send(
            TransportRequest(
                method: method, url: admin.absoluteString + path,
                headers: body == nil ? [] : [CreditHeader("Content-Type", "application/json")],
                body: body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data(),
                maximumReplyBytes: 16 << 20, needsFreshConnection: true))
        guard reply.status == 200 else { throw URLError(.badServerResponse) }
        return try JSONSerialization.jsonObject(with: reply.body) as? [String: Any] ?? [:]
    }

    struct Ledger {
        var minted = 0
        var rotated = 0
    }
    /// What the platform really did for this borrower.
    func ledger(of borrower: String) async throws -> Ledger {
        let tokens = try await order("GET", "/ledger")["tokens"] as? [[String: Any]] ?? []
        var ledger = Ledger()
        for token in tokens
        where token["borrowerExternalID"] as? String == borrower && token["kind"] as? String == "refresh" {
            if token["parent"] == nil || token["parent"] is NSNull { ledger.minted += 1 } else { ledger.rotated += 1 }
        }
        return ledger
    }

    func settings(_ borrower: String, folder: URL, network: CreditConfiguration.Network = .libcurl) -> LoanSettings {
        var settings = LoanSettings(
            platform: platform, partner: partner, borrower: borrower, login: "login-" + borrower,
            storage: .sealedFile(directory: folder, key: .bytes(CreditSecret([UInt8](repeating: 7, count: 32)))))
        settings.network = network
        if case .libcurl = network { settings.trust = .init(certificateAuthoritiesPEM: authorities) }
        return settings
    }
}

/// Waits for what other threads do; the time is only there to end a test that fails.
@MainActor func eventually(
    _ what: String, file: StaticString = #filePath, line: UInt = #line, _ holds: () async throws -> Bool
) async throws {
    let end = Date() + 30
    while try await !holds() {
        guard Date() < end else { return XCTFail("never: " + what, file: file, line: line) }
        await Task.yield()
    }
}
