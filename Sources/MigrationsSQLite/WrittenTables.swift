import CSQLite
import Migrations

/// The tables that a transaction wrote, for the foreign key check before the commit.
struct WrittenTables {
    var inserted: Set<String> = []
    var deleted: Set<String> = []
    /// Updated columns as `table.column`.
    var updated: Set<String> = []

    /// Whether only definitions were written, and no row of a table.
    var areOnlyDefinitions: Bool {
        [inserted, deleted, updated].allSatisfy { names in names.allSatisfy { $0.hasPrefix("sqlite_") } }
    }

    /// The tables that may now have broken references.
    func tablesToCheck(in schema: Schema) -> [String] {
        schema.tables.values.filter { table in
            table.foreignKeys.contains { key in
                inserted.contains(table.name)
                    || key.columns.contains { updated.contains("\(table.name).\($0)") }
                    || deleted.contains(key.referencedTable)
                    || key.referencedColumns.contains { updated.contains("\(key.referencedTable).\($0)") }
            }
        }.map(\.name).sorted()
    }
}

extension SQLiteConnection {
    /// Makes SQLite's compiler report which tables each statement writes.
    func trackWrites() {
        sqlite3_set_authorizer(
            handle,
            { context, action, first, second, _, _ in
                // It is asked about each column that a query reads.
                guard [SQLITE_INSERT, SQLITE_DELETE, SQLITE_UPDATE].contains(action), let context, let first else {
                    return SQLITE_OK
                }
                let connection = Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue()
                let table = String(cString: first).asciiLowercased
                switch action {
                case SQLITE_INSERT: connection.writes.inserted.insert(table)
                case SQLITE_DELETE: connection.writes.deleted.insert(table)
                default:
                    if let second {
                        connection.writes.updated.insert("\(table).\(String(cString: second).asciiLowercased)")
                    }
                }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
