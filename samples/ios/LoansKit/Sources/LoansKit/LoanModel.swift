import CreditSDK
import Foundation

/// The app behind its screen: starts, calls, counts down, checks out, ends. Everything happens on the main actor; every action
/// leaves the screen in a state that says what is.
@MainActor public final class LoanModel {
    public private(set) var screen = LoanScreen() {
        didSet { if screen != oldValue { onChange(screen) } }
    }
    /// Called on the main actor after each change.
    public var onChange: (LoanScreen) -> Void = { _ in }
    /// The hosted page that is open.
    public private(set) var checkout: Checkout?

    private let settings: LoanSettings
    private let configuration: CreditConfiguration
    private let backend: PartnerBackend
    private var session: CreditSession
    private var watching: Task<Void, Never>?

    /// Opens the session; reading storage happens meanwhile. Throws only for settings that no session can have.
    public init(
        _ settings: LoanSettings, login: PartnerLogin? = nil, transport: any Transport = URLSessionTransport.shared
    ) throws {
        let login = login ?? PartnerLogin(settings.login)
        self.settings = settings
        configuration = settings.configuration(authentication: login)
        backend = PartnerBackend(base: settings.partner, login: login, transport: transport)
        session = try CreditSession(configuration, borrower: settings.borrower)
        watch()
    }

    deinit { watching?.cancel() }

    /// "Start" and "Start again". An ended session spent its handle (R28), so a new one is opened.
    public func start() async {
        await act {
            if case .noSession(let reason) = session.state.phase, reason == .sessionEnded {
                try await session.close()
                session = try CreditSession(configuration, borrower: settings.borrower)
                watch()
            }
            try await session.start()
            screen.show(session.state)
        }
    }

    /// One call to the platform, signed by the session; a token that ran out is renewed on the way.
    public func call() async {
        await act {
            let response = try await session.send(.get("/api/v1/headless/journeys"))
            screen.lastCall = String(response.status) + (response.requestID.map { ", " + $0 } ?? "")
            screen.journey = try await session.journey(knownOnly: true)?.status
            screen.show(session.state)
        }
    }

    /// Asks for a token as any part of the app would, so that one is there to be counted down.
    public func renew() async {
        await act { screen.generation = try await session.token().generation }
    }

    /// Once a second, and whenever the app comes to the foreground: no network, no waiting.
    public func tick(at now: Date = Date()) {
        let token = (try? session.currentToken(minimumLifetime: 0)) ?? nil
        screen.secondsLeft = token?.expiresAt.map { Int(max(0, $0.timeIntervalSince(now)).rounded(.up)) }
    }

    public func openCheckout() async {
        await act {
            let page = try await backend.hostedPage(for: settings.borrower)
            checkout = try Checkout(configuration, embedURL: page)
            screen.showsCheckout = true
        }
    }

    /// A message of the hosted page; returns what to open in a browser.
    public func hosted(message: String, origin: String) -> URL? {
        guard let event = try? checkout?.event(from: message, origin: origin) else { return nil }
        switch event {
        case .exit: closeCheckout()
        case .openExternal(let page, _): return page
        case .unknown: break
        }
        return nil
    }

    public func closeCheckout() {
        checkout = nil
        screen.showsCheckout = false
    }

    /// "Sign out". Afterwards no token of this borrower is left on the device.
    public func end() async {
        await act {
            try await session.end()
            screen.show(session.state)
        }
    }

    /// What the system tells the app.
    public func cameToForeground() { try? session.notify(.foreground) }
    public func deviceWasUnlocked() { try? session.notify(.storageUnlocked) }

    /// Ends this process's part in the session; what is stored stays.
    public func close() async {
        watching?.cancel()
        try? await session.close()
    }

    /// For support: without secrets.
    public func diagnostics() async -> String { (try? await session.diagnostics()) ?? "" }

    private func watch() {
        watching?.cancel()
        let states = session.states
        watching = Task { [weak self] in
            for await state in states { self?.screen.show(state) }
        }
    }

    private func act(_ body: () async throws -> Void) async {
        screen.isBusy = true
        screen.problem = nil
        do { try await body() } catch { screen.problem = LoanScreen.words(for: error) }
        screen.isBusy = false
        tick()
    }
}
