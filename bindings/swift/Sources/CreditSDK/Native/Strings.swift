internal import CCredit
import Foundation

/// Overwrites memory in a way that the compiler keeps.
func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    #if canImport(Darwin)
        _ = memset_s(base, bytes.count, 0, bytes.count)
    #else
        explicit_bzero(base, bytes.count)
    #endif
}

/// Texts for one call into the library: they live as long as this object and are wiped with it, because any of them may
/// be a secret.
final class CallTexts {
    private var buffers: [UnsafeMutableRawBufferPointer] = []
    private var headerLists: [UnsafeMutablePointer<credit_header>] = []

    deinit {
        for buffer in buffers {
            wipe(buffer)
            buffer.deallocate()
        }
        for list in headerLists { list.deallocate() }
    }

    func add(_ text: String?) -> credit_str {
        guard let text else { return credit_str() }
        return add(bytes: text.utf8)
    }

    func add(data: Data?) -> credit_str {
        guard let data else { return credit_str() }
        return add(bytes: data)
    }

    func add(secret: CreditSecret?) -> credit_str {
        guard let secret else { return credit_str() }
        return secret.withBytes { add(bytes: $0) }
    }

    func add(headers: [CreditHeader]) -> (UnsafePointer<credit_header>?, Int) {
        if headers.isEmpty { return (nil, 0) }
        let list = UnsafeMutablePointer<credit_header>.allocate(capacity: headers.count)
        headerLists.append(list)
        for (index, header) in headers.enumerated() {
            (list + index).initialize(to: credit_header(name: add(header.name), value: add(header.value)))
        }
        return (UnsafePointer(list), headers.count)
    }

    private func add(bytes: some Collection<UInt8>) -> credit_str {
        // An empty text still has an address: no address means "not given".
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
        buffer.copyBytes(from: bytes)
        buffer[bytes.count] = 0
        buffers.append(buffer)
        return credit_str(
            data: UnsafeRawPointer(buffer.baseAddress!).assumingMemoryBound(to: CChar.self),
            size: bytes.count)
    }
}

extension credit_str {
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size) }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var textOrNil: String? { size == 0 ? nil : text }
    var copied: Data { Data(bytes) }
}

/// `nil` is the library's default. What is no length of time goes on as it is, for the library to refuse.
func milliseconds(_ seconds: TimeInterval?) -> Int64 {
    guard let seconds else { return 0 }
    let value = (seconds * 1000).rounded(.up)
    return value.isNaN ? -1 : (Int64(exactly: value) ?? (value > 0 ? .max : -1))
}

func date(milliseconds: Int64) -> Date? {
    milliseconds < 0 ? nil : Date(timeIntervalSince1970: Double(milliseconds) / 1000)
}

func structSize<Struct>(_: Struct.Type) -> UInt32 { UInt32(MemoryLayout<Struct>.size) }
