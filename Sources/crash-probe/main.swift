import KohakuHubMigrations
import Logging
import Migrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// What the tests of crashes run: `crash-probe URL [TARGET [STATEMENT]]` upgrades a hub up to a migration, or repairs it when
// the target is `repair`, dies by SIGKILL just before the statement of that number, and else prints how many there were.

let arguments = CommandLine.arguments.dropFirst()
guard let url = arguments.first else {
    print("usage: crash-probe URL [TARGET [STATEMENT]]")
    exit(64)
}
let target = arguments.dropFirst().first
let fatal = arguments.dropFirst(2).first.flatMap { Int($0) }

let connection = try DatabaseURL(url).open(
    for: .migrating, logger: Logger(label: "crash-probe") { _ in SwiftLogNoOpLogHandler() })
var count = 0
connection.onStatement = { _ in
    count += 1
    // No handler and no cleaning up can catch this one.
    if count == fatal { kill(getpid(), SIGKILL) }
}
let runner = Runner(catalogue: .kohakuHub, connection: connection)
if target == "repair" {
    _ = try runner.repair()
} else {
    _ = try runner.run(to: target.flatMap { Int($0) }.map { .upTo($0) } ?? .newest)
}
print(count)
