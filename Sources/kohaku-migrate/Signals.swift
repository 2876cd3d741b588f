import Migrations
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The signals that stop a run: the current migration is rolled back, and the command reports that and ends.
enum Signals {
    /// Stops the connection's work after such a signal.
    static let interruption = Interruption()

    /// The first signal, 0 before.
    static var received: Int32 { first.load(ordering: .relaxed) }

    private static let first = Atomic<Int32>(0)
    /// The signals that do something else than at the beginning, when they did what the system does by default.
    private static let changed = Mutex<[Int32]>([])

    /// Catches the signals from the first change on. Before it they end the process, at a prompt as well.
    static func watched(_ emit: @escaping (MigrationEvent) -> Void) -> (MigrationEvent) -> Void {
        { event in
            switch event {
            case .creating, .started, .changing, .backingUp, .waiting: watch()
            default: break
            }
            emit(event)
        }
    }

    /// A limit on the size of files is an error of the write that meets it, and does not end the process.
    static func ignoreFileSizeLimit() { ignore(SIGXFSZ) }

    /// The reader of the output may go away: a change of the database continues.
    static func ignoreBrokenPipes() { ignore(SIGPIPE) }

    private static func ignore(_ number: Int32) {
        if !isIgnored(signal(number, SIG_IGN)) { changed.withLock { $0.append(number) } }
    }

    /// The kernel protects the first process of a container from signals that it does not catch.
    static func watchAsFirstProcess() {
        if getpid() == 1 { watch() }
    }

    /// Gives signals back what they did when the process began, for the program that takes its place.
    static func reset() {
        for number in changed.withLock({ $0 }) { signal(number, SIG_DFL) }
    }

    /// Makes a signal stop the connection's work from now on.
    static func watch() {
        // Initialized here because a signal handler must not be the first to access lazy globals.
        guard received == 0, !interruption.isRequested else { return }
        // What the parent process ignores, as `nohup` does, stays ignored.
        for number in [SIGINT, SIGTERM, SIGHUP] {
            if isIgnored(signal(number, stop)) {
                signal(number, SIG_IGN)
            } else {
                changed.withLock { $0.append(number) }
            }
        }
    }

    /// A second signal ends the process at once, which the databases survive too.
    ///
    /// It must not allocate memory, as a loop may: the signal may have come in the middle of that.
    private static let stop: @convention(c) (Int32) -> Void = { number in
        _ = first.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        interruption.request()
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        signal(SIGHUP, SIG_DFL)
    }

    private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
