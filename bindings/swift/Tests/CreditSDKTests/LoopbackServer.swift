import Foundation

@testable import CreditSDK

#if canImport(Glibc)
    import Glibc
    private let streamSocket = Int32(SOCK_STREAM.rawValue)
#else
    import Darwin
    private let streamSocket = SOCK_STREAM
#endif

/// An HTTP/1.1 server on loopback that does to a connection what it is told, byte for byte.
final class LoopbackServer: Sendable {
    struct Seen: Sendable {
        let connection: Int
        let target: String
        let text: String
        func header(_ name: String) -> String? {
            text.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        }
    }
    enum After: Sendable { case keep, close, reset }
    typealias Script = @Sendable (Seen, (String) -> Void) -> After

    private struct State {
        var seen: [Seen] = []
        var connections = 0
        var open: Set<Int32> = []
        var stopped = false
    }
    private let state = Locked(State())
    private let listener: Int32
    let port: UInt16

    init(_ script: @escaping Script) throws {
        listener = socket(AF_INET, streamSocket, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let place = listener
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(place, $0, size) == 0 && listen(place, 64) == 0 && getsockname(place, $0, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in takeConnections(script) }
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }
    var seen: [Seen] { state.withLock { $0.seen } }
    var connections: Int { state.withLock { $0.connections } }
    func deliveries(of target: String) -> Int { seen.filter { $0.target == target }.count }

    func stop() {
        let open = state.withLock { state -> Set<Int32> in
            state.stopped = true
            return state.open
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func takeConnections(_ script: @escaping Script) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0, !state.withLock({ $0.stopped }) else { break }
            let number = state.withLock { state -> Int in
                state.connections += 1
                state.open.insert(connection)
                return state.connections
            }
            Thread.detachNewThread { [self] in serve(connection, number, script) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32, _ number: Int, _ script: Script) {
        defer {
            state.withLock { _ = $0.open.remove(connection) }
            close(connection)
        }
        while let text = Self.read(connection) {
            let target = text.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let request = Seen(connection: number, target: target, text: text)
            state.withLock { $0.seen.append(request) }
            switch script(request, { Self.write(connection, $0) }) {
            case .keep: continue
            case .close: return
            case .reset:
                var hard = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
                return
            }
        }
    }

    /// One request with its body, or nil when the other side left.
    private static func read(_ connection: Int32) -> String? {
        var bytes = [UInt8]()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound].lowercased()
                let told = head.components(separatedBy: "content-length: ").dropFirst().first
                let length = told.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func write(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress! + done, $0.count - done, Int32(0x4000)) }
            guard count > 0 else { return }
            done += count
        }
    }

    static func reply(_ body: String, status: String = "200 OK", headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
