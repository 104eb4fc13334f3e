#if canImport(FoundationNetworking)
    import Foundation
    import FoundationNetworking

    /// Sessions for requests that need a fresh connection, on systems where a session must not go.
    ///
    /// FoundationNetworking ends the process when a session goes while a connection of it is open, and libcurl keeps one open
    /// when the server does not close it. So these sessions stay, and each is lent again when what it may have kept is too old
    /// for libcurl to use.
    final class FreshSessions: Sendable {
        static let shared = FreshSessions()

        struct Lent: Sendable {
            let session: URLSession
            let exchanges: URLSessionExchanges
        }

        /// Above the 118 seconds after which libcurl uses no idle connection (CURLOPT_MAXAGE_CONN).
        private static let rest: TimeInterval = 180
        private static let most = 512

        private struct State {
            var made = 0
            var resting: [(lent: Lent, until: TimeInterval)] = []
        }
        private let state = Locked(State())

        /// Throws when so many are under way or resting that something must be wrong.
        func take(_ configuration: () -> URLSessionConfiguration) throws(TransportFailure) -> Lent {
            let now = ProcessInfo.processInfo.systemUptime
            let found = state.withLock { state -> (lent: Lent?, mayMake: Bool) in
                if let index = state.resting.firstIndex(where: { $0.until <= now }) {
                    return (state.resting.remove(at: index).lent, false)
                }
                guard state.made < Self.most else { return (nil, false) }
                state.made += 1
                return (nil, true)
            }
            if let lent = found.lent { return lent }
            guard found.mayMake else {
                throw TransportFailure(.connect, maybeSent: false, detail: "too many fresh connections")
            }
            let exchanges = URLSessionExchanges()
            return Lent(
                session: URLSession(configuration: configuration(), delegate: exchanges, delegateQueue: nil),
                exchanges: exchanges)
        }

        /// Where no connection came to stand, or the server said that it closes it, there is nothing to rest from.
        func giveBack(_ lent: Lent, mayHaveConnection: Bool) {
            let now = ProcessInfo.processInfo.systemUptime
            state.withLock { $0.resting.append((lent, mayHaveConnection ? now + Self.rest : now)) }
        }
    }
#endif
