import Migrations
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The signals that stop a run: the migration they come in is rolled back, and the command says so and ends.
enum Signals {
    /// Stops the connection's work when such a signal has come.
    static let interruption = Interruption()

    /// The signal that came first, 0 before.
    static var received: Int32 { first.load(ordering: .relaxed) }

    private static let first = Atomic<Int32>(0)
    private static let stopping = [SIGINT, SIGTERM, SIGHUP]

    /// Catches the signals from the first change on. Before it they simply end the process, at a prompt as well.
    static func watched(_ emit: @escaping (MigrationEvent) -> Void) -> (MigrationEvent) -> Void {
        { event in
            switch event {
            case .creating, .started, .changing: watch()
            default: break
            }
            emit(event)
        }
    }

    /// Whoever reads the output may leave: what changes the database goes on.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Has a signal stop the connection's work from now on.
    static func watch() {
        // Looked at here because a signal handler must not be the first to need them: they are made at first use.
        guard received == 0, !interruption.isRequested else { return }
        // What the parent has it ignore, as `nohup` does, stays ignored.
        for number in stopping where isIgnored(signal(number, stop)) { signal(number, SIG_IGN) }
    }

    /// A second signal ends the process at once, which the databases stand as well.
    private static let stop: @convention(c) (Int32) -> Void = { number in
        _ = first.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        interruption.request()
        for number in stopping { signal(number, SIG_DFL) }
    }

    private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
