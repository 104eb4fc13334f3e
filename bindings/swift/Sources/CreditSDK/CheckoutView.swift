#if canImport(WebKit) && os(iOS)
    import SwiftUI
    import WebKit

    /// The hosted page in a web view. Loads the one-time URL once, lets the view go only where ``Checkout`` allows, and hands on
    /// what the page says. Nothing of the page is kept: its cookies and caches go with the view.
    public struct CheckoutView: UIViewRepresentable {
        private let checkout: Checkout
        private let onEvent: (Checkout.Event) -> Void
        private let onFailure: (any Error) -> Void

        /// - Parameters:
        ///   - checkout: one view for each; its URL can be taken once.
        ///   - onEvent: on the main thread. `.openExternal` is to be opened in a browser (`SFSafariViewController`, `openURL`).
        ///   - onFailure: the URL was taken or expired, or the page did not load; ask the backend for a fresh one.
        public init(
            _ checkout: Checkout, onEvent: @escaping (Checkout.Event) -> Void,
            onFailure: @escaping (any Error) -> Void = { _ in }
        ) {
            self.checkout = checkout
            self.onEvent = onEvent
            self.onFailure = onFailure
        }

        public func makeCoordinator() -> Coordinator { Coordinator(checkout, onEvent, onFailure) }

        public func makeUIView(context: Context) -> WKWebView {
            let configuration = WKWebViewConfiguration()
            configuration.websiteDataStore = .nonPersistent()
            configuration.userContentController.add(context.coordinator, name: CheckoutPage.channel)
            let view = WKWebView(frame: .zero, configuration: configuration)
            view.navigationDelegate = context.coordinator
            view.uiDelegate = context.coordinator
            context.coordinator.load(into: view)
            return view
        }

        public func updateUIView(_ view: WKWebView, context: Context) {}

        public static func dismantleUIView(_ view: WKWebView, coordinator: Coordinator) {
            view.stopLoading()
            view.configuration.userContentController.removeScriptMessageHandler(forName: CheckoutPage.channel)
        }

        @MainActor public final class Coordinator: NSObject, WKNavigationDelegate, WKUIDelegate, WKScriptMessageHandler {
            private let checkout: Checkout
            private let onEvent: (Checkout.Event) -> Void
            private let onFailure: (any Error) -> Void

            init(
                _ checkout: Checkout, _ onEvent: @escaping (Checkout.Event) -> Void,
                _ onFailure: @escaping (any Error) -> Void
            ) {
                self.checkout = checkout
                self.onEvent = onEvent
                self.onFailure = onFailure
            }

            func load(into view: WKWebView) {
                do {
                    let page = try checkout.takeURL()
                    view.load(URLRequest(url: page, cachePolicy: .reloadIgnoringLocalCacheData))
                } catch { onFailure(error) }
            }

            // The asynchronous form: the other one's closure has another type from SDK to SDK, and a method that does not fit
            // is not called, silently.
            public func webView(
                _ view: WKWebView, decidePolicyFor action: WKNavigationAction
            ) async -> WKNavigationActionPolicy {
                let inMainFrame = action.targetFrame?.isMainFrame ?? true
                guard let url = action.request.url else { return .cancel }
                return checkout.allowsNavigation(to: url, inMainFrame: inMainFrame) ? .allow : .cancel
            }

            /// A page that wants a window of its own gets the browser, if it is a page at all.
            public func webView(
                _ view: WKWebView, createWebViewWith configuration: WKWebViewConfiguration,
                for action: WKNavigationAction, windowFeatures: WKWindowFeatures
            ) -> WKWebView? {
                if let url = action.request.url, CheckoutPage.mayOpenOutside(url) {
                    onEvent(.openExternal(url, resume: nil))
                }
                return nil
            }

            public func webView(
                _ view: WKWebView, didFailProvisionalNavigation navigation: WKNavigation?, withError error: any Error
            ) {
                if CheckoutPage.isFailure(error) { onFailure(error) }
            }

            public func userContentController(
                _ controller: WKUserContentController, didReceive message: WKScriptMessage
            ) {
                let origin = message.frameInfo.securityOrigin
                guard message.frameInfo.isMainFrame, let text = CheckoutPage.text(of: message.body),
                    let event = try? checkout.event(
                        from: text,
                        origin: CheckoutPage.origin(scheme: origin.protocol, host: origin.host, port: origin.port))
                else { return }
                onEvent(event)
            }
        }
    }
#endif
