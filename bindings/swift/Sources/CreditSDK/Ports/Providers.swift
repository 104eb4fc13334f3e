internal import CCredit
import Foundation

/// What the SDK asks the app's backend for.
public struct SessionRequest: Sendable {
    /// The SDK asks by itself, because the session died.
    public let isHealing: Bool
    public let borrowerExternalID: String
    public let journeyType: String?
    /// A JSON object for the partner; sent once, never to be stored or logged.
    public let profile: CreditSecret?
    public let correlationID: String
    public let idempotencyKey: String

    init(_ request: credit_provider_request) {
        isHealing = request.healing != 0
        borrowerExternalID = request.borrower_external_id.text
        journeyType = request.journey_type.textOrNil
        profile = request.profile_json.size == 0 ? nil : CreditSecret(request.profile_json.bytes)
        correlationID = request.correlation_id.text
        idempotencyKey = request.idempotency_key.text
    }
}

extension SessionRequest: CustomStringConvertible, CustomReflectable {
    public var description: String { "SessionRequest(correlationID \(correlationID), healing \(isHealing))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why the app's backend gave nothing.
public struct ProviderFailure: Error, Sendable {
    public var code: CreditErrorCode
    /// For logs; no secret.
    public var message: String

    public init(_ code: CreditErrorCode, _ message: String = "") {
        self.code = code
        self.message = message
    }

    /// The backend wants new credentials of the app; tokens are kept, and nothing is asked again until
    /// ``CreditSession/Hint/partnerCredentials`` is given.
    public static let unauthorized = ProviderFailure(.partnerUnauthorized)
    public static let refused = ProviderFailure(.partnerRefused)
    public static let unavailable = ProviderFailure(.partnerUnavailable)

    /// The failure that stands for any error: what `URLSession` throws is the network's.
    init(of error: any Error) {
        switch error {
        case let failure as ProviderFailure: self = failure
        case let error as CreditError: self.init(error.code, error.message)
        case let error as URLError: self.init(error.code == .timedOut ? .networkTimeout : .networkUnreachable)
        default: self.init(.providerFailed, String(describing: type(of: error)))
        }
    }
}

/// The app's own way to its backend: creates or resumes the session of this borrower.
///
/// Throw ``ProviderFailure``; what `URLSession` throws is understood as well.
public protocol SessionProvider: AnyObject, Sendable {
    /// Returns the backend's answer: the partner's flat shape or the platform's envelope.
    func session(for request: SessionRequest) async throws -> Data
}

/// The app's login towards its own server, asked for each request that goes there.
public protocol PartnerAuthentication: AnyObject, Sendable {
    /// For example `[CreditHeader("Authorization", "Bearer …")]`.
    func headers() async throws -> [CreditHeader]
}

final class SessionProviderBox: Sendable {
    let provider: any SessionProvider
    init(_ provider: any SessionProvider) { self.provider = provider }

    static func table(_ provider: any SessionProvider) -> credit_session_provider {
        let box = PortBoxes.box(for: provider) { SessionProviderBox(provider) }
        return credit_session_provider(
            struct_size: structSize(credit_session_provider.self), context: Unmanaged.passRetained(box).toOpaque(),
            provide: provideFunction, release: releaseBox)
    }

    private static let provideFunction:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<credit_provider_request>, OpaquePointer) -> Void = {
            context, request, call in
            let provider = unboxed(context, as: SessionProviderBox.self).provider
            let request = SessionRequest(request.pointee)
            let call = Handle(call)
            Task.detached {
                do {
                    let texts = CallTexts()
                    let answer = try await provider.session(for: request)
                    withExtendedLifetime(texts) { credit_provider_complete(call.pointer, texts.add(data: answer)) }
                } catch {
                    let texts = CallTexts()
                    let failure = ProviderFailure(of: error)
                    withExtendedLifetime(texts) {
                        credit_provider_fail(call.pointer, failure.code.native, texts.add(failure.message))
                    }
                }
            }
        }
}

final class PartnerAuthenticationBox: Sendable {
    let authentication: any PartnerAuthentication
    init(_ authentication: any PartnerAuthentication) { self.authentication = authentication }

    static func table(_ authentication: any PartnerAuthentication) -> credit_partner_auth {
        let box = PortBoxes.box(for: authentication) { PartnerAuthenticationBox(authentication) }
        return credit_partner_auth(
            struct_size: structSize(credit_partner_auth.self), context: Unmanaged.passRetained(box).toOpaque(),
            headers: headersFunction, release: releaseBox)
    }

    private static let headersFunction: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer) -> Void = { context, call in
        let authentication = unboxed(context, as: PartnerAuthenticationBox.self).authentication
        let call = Handle(call)
        Task.detached {
            let texts = CallTexts()
            do {
                let (list, count) = texts.add(headers: try await authentication.headers())
                withExtendedLifetime(texts) { credit_partner_auth_complete(call.pointer, list, count) }
            } catch {
                let failure = ProviderFailure(of: error)
                withExtendedLifetime(texts) {
                    credit_partner_auth_fail(call.pointer, failure.code.native, texts.add(failure.message))
                }
            }
        }
    }
}

/// A handle of the library that a task carries to its end.
///
/// `@unchecked Sendable`: the library takes it from any thread and ignores what comes too late.
struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
}
