#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Waits a little before another try; a signal ends the wait.
package func pause(milliseconds: Int32) {
    _ = poll(nil, 0, milliseconds)
}
