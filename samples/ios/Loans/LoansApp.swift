import LoansKit
import SwiftUI

@main struct LoansApp: App {
    @StateObject private var store = LoanStore()
    @Environment(\.scenePhase) private var scenePhase

    var body: some Scene {
        WindowGroup {
            HomeView(store: store)
                .onChange(of: scenePhase) { phase in
                    if phase == .active { store.model?.cameToForeground() }
                }
        }
    }
}

/// The model for SwiftUI: publishes its screen, and counts the seconds.
@MainActor final class LoanStore: ObservableObject {
    @Published private(set) var screen = LoanScreen()
    let model: LoanModel?
    private var ticking: Task<Void, Never>?

    init() {
        model = SharedSettings.make().flatMap { try? LoanModel($0) }
        model?.onChange = { [weak self] in self?.screen = $0 }
        ticking = Task { [weak self] in
            while !Task.isCancelled {
                self?.model?.tick()
                try? await Task.sleep(nanoseconds: 1_000_000_000)
            }
        }
    }

    deinit { ticking?.cancel() }
}
