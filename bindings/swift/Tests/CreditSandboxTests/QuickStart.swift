// The code that docs/swift.md shows. It is compiled as it stands there, and SandboxTests runs it.
import CreditSDK
import Foundation

// begin login
final class AppLogin: PartnerAuthentication {
    private let token: String
    init(token: String) { self.token = token }

    func headers() async throws -> [CreditHeader] {
        [CreditHeader("Authorization", "Bearer " + token)]
    }
}
// end login

// begin session
func openSession(
    platform: URL, partner: URL, folder: URL, key: CreditSecret, login: AppLogin, trust: CreditConfiguration.Trust?
) throws -> CreditSession {
    var configuration = CreditConfiguration(
        environment: .test, platformURL: platform, partnerURL: partner,
        storage: .sealedFile(directory: folder, key: .bytes(key)))
    configuration.partnerAuthentication = login
    configuration.trust = trust
    return try CreditSession(configuration, borrower: "borrower-1")
}
// end session

// begin call
func firstCall(_ session: CreditSession) async throws -> Int {
    try await session.start()
    let response = try await session.send(.get("/api/v1/headless/journeys"))
    return response.status
}
// end call

// begin errors
func advice(for error: any Error) -> String {
    switch error {
    case is CancellationError: return "nobody waits any more"
    case let error as CreditError:
        switch error {
        case .sessionNeeded: return "start again"
        case .network, .interrupted: return error.isRetryable ? "try again later" : "show that it failed"
        case .storage: return "nothing is lost; it opens when the device is unlocked"
        case .partner: return "log the app in again"
        case .platform, .usage, .library: return "report \(error.code) with \(error.requestID ?? "no request id")"
        }
    default: return "not from the SDK"
    }
}
// end errors

// begin states
func watch(_ session: CreditSession, show: @Sendable (String) -> Void) async {
    for await state in session.states {
        switch state.phase {
        case .active: show(state.properties.contains(.offline) ? "offline" : "ready")
        case .noSession(let reason): show("signed out: \(reason)")
        case .storageLocked: show("unlock the device")
        case .loading, .closed, .other: show("")
        }
    }
}
// end states

// begin provider
final class BackendSessions: SessionProvider {
    private let fetch: @Sendable (String) async throws -> Data
    init(fetch: @escaping @Sendable (String) async throws -> Data) { self.fetch = fetch }

    func session(for request: SessionRequest) async throws -> Data {
        // What the backend answers is passed on as it came: flat, or in the platform's envelope.
        try await fetch(request.borrowerExternalID)
    }
}
// end provider
