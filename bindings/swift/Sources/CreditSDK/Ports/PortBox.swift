import Foundation

/// Gives each port object of the app one box, whose address is the context that the library gets. The library takes two
/// configurations for the same one only when their ports have the same context, so an app may describe its configuration
/// anew each time it opens a session.
///
/// The library keeps a box by the references that `passRetained` makes; the table itself keeps none.
enum PortBoxes {
    private struct Key: Hashable {
        let port: ObjectIdentifier
        let box: ObjectIdentifier
    }
    private struct Weak { weak var box: AnyObject? }
    private static let boxes = Locked<[Key: Weak]>([:])

    /// The box of this port, made if there is none. A box keeps its port, so the port's identity cannot be used again
    /// while the box lives.
    static func box<Box: AnyObject>(for port: AnyObject, make: () -> Box) -> Box {
        boxes.withLock { boxes in
            let key = Key(port: ObjectIdentifier(port), box: ObjectIdentifier(Box.self))
            if let box = boxes[key]?.box as? Box { return box }
            boxes = boxes.filter { $0.value.box != nil }
            let box = make()
            boxes[key] = Weak(box: box)
            return box
        }
    }
}

/// Reads a box out of a context.
func unboxed<Box: AnyObject>(_ context: UnsafeMutableRawPointer?, as _: Box.Type = Box.self) -> Box {
    Unmanaged<Box>.fromOpaque(context!).takeUnretainedValue()
}

/// What every port's `release` does.
let releaseBox: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    Unmanaged<AnyObject>.fromOpaque(context!).release()
}

/// Runs async work for a thread of the library that is made for waiting. It must never be a thread of Swift's own pool.
func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let done = DispatchSemaphore(value: 0)
    let result = Locked<Value?>(nil)
    Task.detached {
        let value = await work()
        result.withLock { $0 = value }
        done.signal()
    }
    done.wait()
    return result.withLock { $0! }
}
