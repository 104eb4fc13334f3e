import CreditSDK
import LoansKit
import SwiftUI

struct HomeView: View {
    @ObservedObject var store: LoanStore
    @Environment(\.openURL) private var openURL

    var body: some View {
        NavigationView {
            List {
                Section { status }
                Section { actions }
                if let problem = store.screen.problem { Section { Text(problem).foregroundColor(.red) } }
            }
            .navigationTitle("Loans")
            .disabled(store.screen.isBusy)
        }
        .navigationViewStyle(.stack)
        .sheet(isPresented: Binding(get: { store.screen.showsCheckout }, set: { if !$0 { store.model?.closeCheckout() } })) {
            if let checkout = store.model?.checkout {
                CheckoutView(checkout) { event in
                    switch event {
                    case .exit: store.model?.closeCheckout()
                    case .openExternal(let page, _): openURL(page)
                    case .unknown: break
                    }
                } onFailure: { _ in
                    store.model?.closeCheckout()
                }
            }
        }
    }

    @ViewBuilder private var status: some View {
        switch store.screen.phase {
        case .loading: Text("…")
        case .signedOut: Text("Signed out")
        case .unlockDevice: Text("Unlock the device once")
        case .ready:
            row("Token", store.screen.countdown + (store.screen.isRefreshing ? " ↻" : ""))
            row("Generation", String(store.screen.generation))
            if store.screen.isOffline { Text("Offline") }
            if let journey = store.screen.journey { row("Journey", journey) }
            if let call = store.screen.lastCall { row("Last call", call) }
        }
    }

    @ViewBuilder private var actions: some View {
        if store.screen.phase == .ready {
            Button("Call") { act { await $0.call() } }
            Button("Checkout") { act { await $0.openCheckout() } }
            Button("Sign out", role: .destructive) { act { await $0.end() } }
        } else {
            Button("Start") { act { await $0.start() } }
        }
    }

    private func row(_ name: String, _ value: String) -> some View {
        HStack {
            Text(name)
            Spacer()
            Text(value).monospacedDigit().foregroundColor(.secondary)
        }
    }

    private func act(_ body: @escaping @MainActor (LoanModel) async -> Void) {
        guard let model = store.model else { return }
        Task { await body(model) }
    }
}
