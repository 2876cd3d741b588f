import GRDB

// Makes the tables t1, t2, … of a SQLite file by a migration each: `grdb-migrations COUNT FILE`.

var migrator = DatabaseMigrator()
for number in 1...(Int(CommandLine.arguments[1]) ?? 1) {
    migrator.registerMigration("t\(number)") { database in
        try database.execute(sql: "CREATE TABLE t\(number) (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)")
    }
}
try migrator.migrate(DatabaseQueue(path: CommandLine.arguments[2]))
