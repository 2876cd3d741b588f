import ArgumentParser

/// The command `kohaku-migrate`.
@main
struct KohakuMigrate: ParsableCommand {
    /// The command's name. A verb gives it as its super-command's, so that the parser takes a verb alone for what it is, and does
    /// not look for a request for completions first.
    static let name = "kohaku-migrate"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Upgrades a KohakuHub database to the current schema without losing a row.",
        discussion: """
            Migrations run in numerical order, each in one transaction. The schema itself shows which are applied. A \
            second run changes nothing.

            EXIT STATUS
              0  done                              5  consent needed
              1  failed, or output not written     6  lock not obtained in time
              2  pending (status --exit-code)      7  database not reachable
              3  schema differs or mixed          64  invalid command line
              4  the data needs a decision first 128+ stopped by a signal, rolled back
            start also ends with 126 or 127 when its command cannot be executed or found.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Upgrade", subcommands: [RunCommand.self, StartCommand.self, WaitCommand.self, InitCommand.self]),
            CommandGroup(
                name: "Inspect",
                subcommands: [
                    StatusCommand.self, PlanCommand.self, RehearseCommand.self, VerifyCommand.self, LakeFSCommand.self,
                ]),
            CommandGroup(name: "Repair", subcommands: [RepairCommand.self, QuarantineCommand.self]),
            CommandGroup(name: "Back up", subcommands: [BackupCommand.self, RestoreCommand.self]),
        ]
    )

    static func main() {
        StandardStreams.reserveClosedStreams()
        Signals.ignoreFileSizeLimit()
        Signals.watchAsFirstProcess()
        do {
            var command = try verb() ?? parseAsRoot()
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// The verb that is called, where nothing is wrong with its arguments. The parser takes half of a start, and
    /// reads those of every command on the way to the verb, each several times.
    private static func verb() -> (any ParsableCommand)? {
        guard let name = CommandLine.arguments.dropFirst().first,
            let verb = configuration.subcommands.first(where: { $0.configuration.commandName == name }),
            verb.configuration.subcommands.isEmpty,
            let command = try? verb.parseAsRoot(Array(CommandLine.arguments.dropFirst(2))), type(of: command) == verb
        else { return nil }
        return command
    }

    /// Ends with the requested help, with an error about the command line, or with a verb's status.
    private static func end(with error: any Error) -> Never {
        var text = fullMessage(for: error)
        if text == Version.text { text += Version.libraries }
        let status = exitCode(for: error)
        guard !text.isEmpty else { exit(withError: status) }
        guard status.isSuccess else {
            printError(text)
            exit(withError: status)
        }
        do {
            try reportingFailures(asJSON: false, isChanging: false) { StandardStreams.writeOutput(text + "\n") }
            exit()
        } catch {
            exit(withError: error)
        }
    }
}
