internal import CCredit
import Foundation

/// The hosted page in a web view. The app's backend asks the platform for it and hands the app an embed URL that carries a
/// one-time token: it opens the page once, and within two minutes. For the next opening the backend gets a fresh one.
///
/// All calls are synchronous and may come from any thread. The URL lies in locked memory and is wiped when it was taken,
/// when it expired, or with the object.
///
/// `@unchecked Sendable`: every function of the library may be called from any thread, and the pointer never changes.
public final class Checkout: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// What a message of the page asks for.
    public enum Event: Sendable {
        /// Open this page in a browser and offer a way back; `resume` opens the hosted page again if the view is gone.
        case openExternal(URL, resume: URL?)
        /// The borrower is done or gave up; close the view.
        case exit
        /// Ignore it: later versions of the page say more. The name is for logs.
        case unknown(name: String)
    }

    /// Takes over an embed URL; do this as soon as the backend's reply is there, because its two minutes run from now.
    ///
    /// - Parameters:
    ///   - configuration: only environment, platform URL and clock count.
    ///   - embedURL: as the backend got it.
    ///   - hostedOrigin: where the hosted page lies; `nil`: the platform's own.
    ///   - allowedOrigins: of lenders and others that the page leads to in the same view, compared exactly.
    public init(
        _ configuration: CreditConfiguration, embedURL: CreditSecret, hostedOrigin: String? = nil,
        allowedOrigins: [String] = []
    ) throws(CreditError) {
        let settings = try NativeConfiguration(configuration)
        let texts = CallTexts()
        let origins = allowedOrigins.map { texts.add($0) }
        var options = credit_checkout_options()
        options.struct_size = structSize(credit_checkout_options.self)
        options.embed_url = texts.add(secret: embedURL)
        options.hosted_origin = texts.add(hostedOrigin)
        options.allowed_origin_count = UInt32(clamping: origins.count)
        var made: OpaquePointer?
        var failure: OpaquePointer?
        let code = origins.withUnsafeBufferPointer { origins in
            options.allowed_origins = origins.isEmpty ? nil : origins.baseAddress
            return credit_checkout_create(settings.pointer, &options, &made, &failure)
        }
        defer { credit_error_release(failure) }
        guard code == .CREDIT_OK, let made else {
            if let failure { throw CreditError(native: failure) }
            throw CreditError(code)
        }
        pointer = made
    }

    deinit { credit_checkout_release(pointer) }

    /// The URL for the web view, once. Of all callers one gets it; the others get ``CreditErrorCode/checkoutTaken``, and
    /// after two minutes ``CreditErrorCode/checkoutExpired``. A secret: load it at once, keep it from logs and history.
    public func takeURL() throws -> URL {
        var size = 0
        var code = credit_checkout_take_url(pointer, nil, 0, &size)
        guard code == .CREDIT_BUFFER_TOO_SMALL else { throw CreditError(code) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 1, alignment: 1)
        defer {
            wipe(buffer)
            buffer.deallocate()
        }
        code = credit_checkout_take_url(
            pointer, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count, &size)
        guard code == .CREDIT_OK else { throw CreditError(code) }
        guard let url = URL(string: String(decoding: buffer.prefix(size), as: UTF8.self)) else {
            throw CreditError(.CREDIT_INTERNAL)
        }
        return url
    }

    /// Whether the web view may load this URL. To be asked for every navigation and redirect, also after the URL was taken.
    public func allowsNavigation(to url: URL, inMainFrame: Bool) -> Bool {
        let texts = CallTexts()
        return withExtendedLifetime(texts) {
            credit_checkout_allows_navigation(pointer, texts.add(url.absoluteString), inMainFrame ? 1 : 0) != 0
        }
    }

    /// Reads one message of the page.
    ///
    /// - Parameters:
    ///   - message: a JSON object, at most 64 KiB.
    ///   - origin: of the frame that sent it, as the web view tells it; anything but the hosted origin is refused.
    public func event(from message: String, origin: String) throws(CreditError) -> Event {
        let texts = CallTexts()
        var event: OpaquePointer?
        var failure: OpaquePointer?
        let code = credit_checkout_parse_event(pointer, texts.add(origin), texts.add(message), &event, &failure)
        defer {
            credit_error_release(failure)
            credit_checkout_event_release(event)
        }
        guard code == .CREDIT_OK, let event else {
            if let failure { throw CreditError(native: failure) }
            throw CreditError(code)
        }
        switch credit_checkout_event_type_of(event) {
        case .CREDIT_CHECKOUT_EVENT_EXIT:
            return .exit
        case .CREDIT_CHECKOUT_EVENT_OPEN_EXTERNAL:
            guard let external = URL(string: credit_checkout_event_external_url(event).text) else {
                throw CreditError(.CREDIT_CONTRACT_MALFORMED)
            }
            return .openExternal(external, resume: credit_checkout_event_resume_url(event).textOrNil.flatMap(URL.init))
        default:
            return .unknown(name: credit_checkout_event_name(event).text)
        }
    }
}

extension Checkout: CustomStringConvertible, CustomReflectable {
    public var description: String { "Checkout" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Checkout.Event: CustomStringConvertible, CustomReflectable {
    /// Without the URLs: they may carry the lender's secrets.
    public var description: String {
        switch self {
        case .openExternal: return "openExternal"
        case .exit: return "exit"
        case .unknown(let name): return "unknown(\(name))"
        }
    }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
