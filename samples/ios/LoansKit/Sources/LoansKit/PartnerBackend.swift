import CreditSDK
import Foundation

/// The one thing that the app itself asks its own server for: a hosted page for this borrower.
struct PartnerBackend: Sendable {
    let base: URL
    let login: PartnerLogin
    let transport: any Transport

    private struct Hosted: Decodable { let embedURL: String }

    func hostedPage(for borrower: String) async throws -> CreditSecret {
        let body = try JSONEncoder().encode(["borrowerExternalID": borrower])
        let request = TransportRequest(
            method: "POST", url: base.absoluteString + "/api/credit/hosted-session",
            headers: try await login.headers() + [CreditHeader("Content-Type", "application/json")], body: body,
            needsFreshConnection: true)
        let reply = try await transport.send(request)
        guard reply.status == 200 else {
            throw CreditError(.init(code: .partnerRefused, message: "no hosted page", httpStatus: reply.status))
        }
        return CreditSecret(text: try JSONDecoder().decode(Hosted.self, from: reply.body).embedURL)
    }
}
