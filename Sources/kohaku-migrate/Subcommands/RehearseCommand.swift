import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Does on a copy of the database what `run` or `repair` would do.
struct RehearseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        _superCommandName: KohakuMigrate.name,
        abstract: "Do the whole run or repair on a copy, and say how long it took and how much room.",
        usage: "kohaku-migrate rehearse [--repair | --to <number>] [<options>]",
        discussion: """
            The database is not changed, and the hub may run meanwhile. On SQLite the copy is a file beside it, on \
            PostgreSQL a new database of the same server, filled by pg_dump and pg_restore. It is removed at the end. The \
            exit status is that of the run.

            EXAMPLES
              kohaku-migrate rehearse
              kohaku-migrate rehearse --dir /mnt/scratch
              kohaku-migrate rehearse --repair
            """
    )

    @Flag(name: .long, help: "Do what repair would do.")
    var repair = false

    @Option(name: .long, help: .to)
    var to: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The folder of the copy, or of its dump. (default: beside a SQLite file, else the current one)",
            valueName: "folder"))
    var dir: String?

    @OptionGroup var options: ProgressOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !repair || to == nil else { throw ValidationError("Give either --repair or --to, not both.") }
    }

    func run() throws {
        try output.rendering {
            let (configuration, source) = try database.openForBackups()
            guard let source = source as? any DatabaseConnection & Rehearsable else {
                throw MigrationError(.usage, "this database cannot be copied")
            }
            source.interruption = Signals.interruption
            source.observer = options.progress.observer()
            Signals.watch()
            // The copy is removed, whoever reads the output.
            Signals.ignoreBrokenPipes()
            if !output.json { print("kohaku-migrate · a copy of \(configuration.database)".escaped + "\n") }
            let rehearsal = try rehearse(source, of: configuration.database)
            if output.json {
                try printJSON(RehearsalDocument(rehearsal))
            } else {
                print(RehearsalText(rehearsal, command: command).text)
            }
        }
    }

    private func rehearse(
        _ source: any DatabaseConnection & Rehearsable, of database: DatabaseURL
    ) throws -> Rehearsal {
        let renderer = RunRenderer(isQuiet: output.json)
        let clock = ContinuousClock()
        let rows = try source.countAllRows()
        let start = clock.now
        source.begin(.waiting, in: "copy")
        var rehearsal = try source.withFullCopy(in: dir, holding: Catalogue.kohakuHub.tables) { copy in
            let copying = clock.now - start
            let room = try Room(copy.size)
            copy.connection.onStatement = { _ in room.measure() }
            let runner = Runner(
                catalogue: .kohakuHub, connection: copy.connection, emit: renderer.render,
                exampleLimit: output.exampleLimit)
            do {
                let report = try repair ? runner.repair() : runner.run(to: Target(upTo: to))
                return Rehearsal(
                    database: database, report: report, findings: renderer.findings, copying: copying, size: room.first,
                    peak: try room.peak())
            } catch {
                if !output.json { print("\nThe rehearsal stopped. It changed only the copy, which is removed:") }
                throw error
            }
        }
        rehearsal.rows = rows.values.reduce(0, +)
        rehearsal.isUntouched = try source.countAllRows() == rows
        return rehearsal
    }

    /// What does it to the database itself.
    private var command: String {
        repair ? "kohaku-migrate repair" : "kohaku-migrate run" + (to.map { " --to \($0)" } ?? "")
    }
}

/// How much room a copy takes while it is changed.
private final class Room {
    /// Before the first change.
    let first: Int64
    private let size: () throws -> Int64
    private var highest: Int64
    private var lastMeasured = ContinuousClock.now

    init(_ size: @escaping () throws -> Int64) throws {
        self.size = size
        first = try size()
        highest = first
    }

    /// Between two statements, but not so often that it would take time itself.
    func measure() {
        guard ContinuousClock.now - lastMeasured > .milliseconds(100) else { return }
        highest = max(highest, (try? size()) ?? 0)
        lastMeasured = .now
    }

    /// The most that it took.
    func peak() throws -> Int64 { try max(highest, size()) }
}
