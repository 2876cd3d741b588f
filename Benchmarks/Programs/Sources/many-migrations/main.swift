import KohakuHubMigrations
import Logging
import Migrations

// Makes the tables t1, t2, … of a database by a migration each: `many-migrations COUNT URL`.

struct TableCreation: Migration {
    var number: Int

    var signature: Signature { .table("t\(number)") }

    func migrate(_ context: MigrationContext) throws {
        try context.execute(#"CREATE TABLE "t\#(number)" ("id" {id}, "name" TEXT NOT NULL)"#)
    }
}

let catalogue = Catalogue(
    migrations: (1...(Int(CommandLine.arguments[1]) ?? 1)).map { ("t\($0)", TableCreation(number: $0)) },
    canonicalTables: [], rootTable: "t1")
let logger = Logger(label: "many-migrations") { _ in SwiftLogNoOpLogHandler() }
let connection = try DatabaseURL(CommandLine.arguments[2]).open(for: .migrating, logger: logger)
_ = try Runner(catalogue: catalogue, connection: connection, consent: { _, _ in true }).run(to: .newest)
