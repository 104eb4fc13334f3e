import Foundation

/// What the web view's part of a checkout decides, apart from the web view itself.
enum CheckoutPage {
    /// The channel that the page looks for; it must be there before the page loads.
    static let channel = "AarthikLabs"

    /// The origin of a frame in the one spelling that ``Checkout/event(from:origin:)`` compares. A port of 0, or the scheme's
    /// own, is not named.
    static func origin(scheme: String, host: String, port: Int) -> String {
        let usual = ["https": 443, "http": 80][scheme.lowercased()]
        let named = port == 0 || port == usual ? "" : ":" + String(port)
        let address = host.contains(":") && !host.hasPrefix("[") ? "[" + host + "]" : host
        return scheme.lowercased() + "://" + address.lowercased() + named
    }

    /// A message as text: the page may post JSON text or an object. `nil` for anything else, and for what is no JSON.
    static func text(of message: Any) -> String? {
        if let text = message as? String { return text }
        guard let object = message as? [String: Any], JSONSerialization.isValidJSONObject(object),
            let data = try? JSONSerialization.data(withJSONObject: object)
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether a link may be handed to the browser: what leads out of the page is opened only if it is a web page.
    static func mayOpenOutside(_ url: URL) -> Bool { url.scheme?.lowercased() == "https" && url.host?.isEmpty == false }

    /// Whether the page did not load; a navigation that we refused, or that another one overtook, is no failure.
    static func isFailure(_ error: any Error) -> Bool {
        let error = error as NSError
        let refused = error.domain == "WebKitErrorDomain" && error.code == 102
        let overtaken = error.domain == NSURLErrorDomain && error.code == NSURLErrorCancelled
        return !refused && !overtaken
    }
}
