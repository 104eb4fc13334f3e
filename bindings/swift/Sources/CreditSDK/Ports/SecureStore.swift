internal import CCredit
import Foundation

/// What storage says. Only ``StoreFailure`` that is certain may be named; when in doubt answer ``transient``.
public enum StoreFailure: Error, Sendable, Hashable {
    /// The device has to be unlocked first.
    case locked
    /// Ask again later.
    case transient
    case denied
    case corrupt
    case wrongKey
    case keyLost
    case newerFormat
    case full
    /// Not on this system.
    case unsupported

    var native: credit_store_answer {
        switch self {
        case .locked: return .CREDIT_STORE_LOCKED
        case .transient: return .CREDIT_STORE_TRANSIENT
        case .denied: return .CREDIT_STORE_DENIED
        case .corrupt: return .CREDIT_STORE_CORRUPT
        case .wrongKey: return .CREDIT_STORE_WRONG_KEY
        case .keyLost: return .CREDIT_STORE_KEY_LOST
        case .newerFormat: return .CREDIT_STORE_NEWER_FORMAT
        case .full: return .CREDIT_STORE_FULL
        case .unsupported: return .CREDIT_STORE_UNSUPPORTED
        }
    }
}

/// The app's own secure storage instead of the sealed file. Records hold tokens in clear: keep them encrypted, and keep no
/// copy of the `Data`.
///
/// `name` is a keyed hash without personal data. Calls come one at a time per name. Throw ``StoreFailure``; any other error
/// counts as ``StoreFailure/transient``. Never delete on failure.
///
/// For an app whose extension opens the same session, conform to ``SharedSecureStore``.
public protocol SecureStore: AnyObject, Sendable {
    /// The record with the highest `writeSequence`; `nil` only when it is certain that there is none.
    func load(_ name: String) async throws -> Data?
    /// Durably and atomically: after a crash the old or the new record is there.
    func replace(_ name: String, with record: Data, writeSequence: UInt64) async throws
    func erase(_ name: String) async throws
}

/// A store that several processes use. The lock is held for microseconds around re-read, compare and write.
public protocol SharedSecureStore: SecureStore {
    func lock(_ name: String) async throws
    func unlock(_ name: String) async
}

/// The key that seals the file store's records, from the platform's key store. 32 bytes.
public protocol SealingKey: AnyObject, Sendable {
    func fetch() async throws -> CreditSecret
}

final class SecureStoreBox: Sendable {
    let store: any SecureStore
    init(_ store: any SecureStore) { self.store = store }

    static func answer(_ work: @escaping @Sendable () async throws -> credit_store_answer) -> credit_store_answer {
        waitFor {
            do { return try await work() } catch { return (error as? StoreFailure ?? .transient).native }
        }
    }

    static func table(_ store: any SecureStore) -> credit_secure_store {
        let box = PortBoxes.box(for: store) { SecureStoreBox(store) }
        let isShared = store is any SharedSecureStore
        return credit_secure_store(
            struct_size: structSize(credit_secure_store.self), context: Unmanaged.passRetained(box).toOpaque(),
            load: loadFunction, replace: replaceFunction, erase: eraseFunction, lock: isShared ? lockFunction : nil,
            unlock: isShared ? unlockFunction : nil, release: releaseBox)
    }

    private static let loadFunction:
        @convention(c) (UnsafeMutableRawPointer?, credit_str, OpaquePointer) -> credit_store_answer = {
            context, name, sink in
            let store = unboxed(context, as: SecureStoreBox.self).store
            let name = name.text
            let record = Locked<Data?>(nil)
            let said = answer {
                guard let found = try await store.load(name) else { return .CREDIT_STORE_ABSENT }
                record.withLock { $0 = found }
                return .CREDIT_STORE_PRESENT
            }
            guard said == .CREDIT_STORE_PRESENT, let found = record.withLock({ $0 }) else { return said }
            let written = found.withUnsafeBytes {
                credit_sink_write(sink, $0.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? noBytes, $0.count)
            }
            return written == .CREDIT_OK ? said : .CREDIT_STORE_CORRUPT
        }

    private static let replaceFunction:
        @convention(c) (UnsafeMutableRawPointer?, credit_str, UnsafePointer<UInt8>, Int, UInt64) -> credit_store_answer = {
            context, name, bytes, size, sequence in
            let store = unboxed(context, as: SecureStoreBox.self).store
            let name = name.text
            let record = Data(bytes: bytes, count: size)
            return answer {
                try await store.replace(name, with: record, writeSequence: sequence)
                return .CREDIT_STORE_DONE
            }
        }

    private static let eraseFunction: @convention(c) (UnsafeMutableRawPointer?, credit_str) -> credit_store_answer = {
        context, name in
        let store = unboxed(context, as: SecureStoreBox.self).store
        let name = name.text
        return answer {
            try await store.erase(name)
            return .CREDIT_STORE_DONE
        }
    }

    private static let lockFunction: @convention(c) (UnsafeMutableRawPointer?, credit_str) -> credit_store_answer = {
        context, name in
        guard let store = unboxed(context, as: SecureStoreBox.self).store as? any SharedSecureStore else {
            return .CREDIT_STORE_UNSUPPORTED
        }
        let name = name.text
        return answer {
            try await store.lock(name)
            return .CREDIT_STORE_DONE
        }
    }

    private static let unlockFunction: @convention(c) (UnsafeMutableRawPointer?, credit_str) -> Void = { context, name in
        guard let store = unboxed(context, as: SecureStoreBox.self).store as? any SharedSecureStore else { return }
        let name = name.text
        waitFor { await store.unlock(name) }
    }
}

/// An address for "no bytes": the library wants one, and reads none.
nonisolated(unsafe) let noBytes: UnsafePointer<UInt8> = {
    let place = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    place.initialize(to: 0)
    return UnsafePointer(place)
}()

final class SealingKeyBox: Sendable {
    let key: any SealingKey
    init(_ key: any SealingKey) { self.key = key }

    static func table(_ key: any SealingKey) -> credit_sealing_key {
        let box = PortBoxes.box(for: key) { SealingKeyBox(key) }
        return credit_sealing_key(
            struct_size: structSize(credit_sealing_key.self), context: Unmanaged.passRetained(box).toOpaque(),
            fetch: fetchFunction, release: releaseBox)
    }

    private static let fetchFunction:
        @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>) -> credit_store_answer = {
            context, place in
            let key = unboxed(context, as: SealingKeyBox.self).key
            let fetched = waitFor { () -> Result<CreditSecret, StoreFailure> in
                do { return .success(try await key.fetch()) } catch { return .failure(error as? StoreFailure ?? .transient) }
            }
            switch fetched {
            case .failure(let failure): return failure.native
            case .success(let secret):
                guard secret.count == 32 else { return .CREDIT_STORE_DENIED }
                secret.withBytes { UnsafeMutableRawPointer(place).copyMemory(from: $0.baseAddress!, byteCount: 32) }
                return .CREDIT_STORE_PRESENT
            }
        }
}
