import CSQLite
import Logging
public import Migrations

extension SQLiteConnection {
    /// Runs `body` in one transaction, by the procedure that SQLite's documentation gives for changes to tables.
    ///
    /// 1. Foreign keys are not enforced: the pragma works only outside a transaction, and dropping a table with it on
    ///    would delete the rows that reference it.
    /// 2. `BEGIN IMMEDIATE`: no other writer comes between reading and changing the schema.
    /// 3. `body` changes the tables. Indexes of constants are rebuilt before: a deleted row would not be found.
    /// 4. `foreign_key_check` finds what the change broke, as do `quick_check` of tables whose definitions were edited
    ///    and a check of views and triggers; what was broken before does not stop it. The triggers are dropped
    ///    meanwhile.
    /// 5. `COMMIT`, or `ROLLBACK` after a dry run; the pragmas are restored on every path.
    public func withMigrationTransaction<Result>(
        locking tables: [String], isDryRun: Bool, _ body: () throws -> Result
    ) throws -> Result {
        // secure_delete=FAST: Debian's SQLite overwrites every dropped page with zeros by default, which costs more than
        // the whole copy. legacy_alter_table: renaming the new table must not look into views.
        let pragmas = ["foreign_keys": "OFF", "secure_delete": "FAST", "threads": "2", "legacy_alter_table": "ON"]
        let before = try pragmas.keys.sorted().map { ($0, try integer("PRAGMA \($0)")) }
        defer {
            uninterrupted {
                for (name, value) in before {
                    // FAST is read as 2, and 2 is written as ON.
                    let word = name == "secure_delete" && value == 2 ? "FAST" : "\(value)"
                    try? execute("PRAGMA \(name) = \(word)")
                }
            }
        }
        for (name, value) in pragmas { try execute("PRAGMA \(name) = \(value)") }
        try execute("BEGIN IMMEDIATE")
        do {
            if knownViolations == nil { knownViolations = try brokenForeignKeys() }
            let brokenBefore = try brokenDependents()
            let triggers = try suspendTriggers()
            if !hasSoundIndexes { try rebuildIndexesOfConstants() }
            writes = WrittenTables()
            complaints = [:]
            let result = try body()
            try checkForeignKeys()
            try checkEditedTables()
            try restoreTriggers(triggers)
            try checkDependents(except: brokenBefore)
            try execute(isDryRun ? "ROLLBACK" : "COMMIT")
            if !isDryRun { hasSoundIndexes = true }
            return result
        } catch {
            // A full disk or an I/O error may have rolled back already.
            if sqlite3_get_autocommit(handle) == 0 { rollBack() }
            throw explained(error)
        }
    }

    /// SQLite counts the commits of other connections, and the rows that this one changed.
    public func revision(of tables: [String]) throws -> Revision? {
        let token = try "\(identity) \(integer("PRAGMA data_version")) \(sqlite3_total_changes(handle))"
        return Revision(token: token, isOfWholeDatabase: true)
    }

    public func isUnchanged(_ tables: [String], since revision: Revision) throws -> Bool {
        try self.revision(of: tables) == revision
    }

    /// A database in memory for copies of tables. Its statements are not logged as if they changed this one.
    static func inMemory() throws -> SQLiteConnection {
        let silent = Logger(label: "copy") { _ in SwiftLogNoOpLogHandler() }
        return try SQLiteConnection(path: ":memory:", mode: .create, logger: silent)
    }

    /// Without virtual tables and their shadow tables: a module may be missing, and creates the latter itself.
    public func withEmptyCopy(_ body: (any DatabaseConnection) throws -> Void) throws {
        let copy = try Self.inMemory()
        copy.observer = observer
        let statements = try query(
            """
            SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND \(Self.isOwn)
                AND tbl_name NOT IN (
                    SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow'))
            ORDER BY rowid
            """)
        for row in statements {
            try copy.execute(row.text(0))
        }
        try copy.withMigrationTransaction(locking: []) { try body(copy) }
    }

    public func withReadTransaction<Result>(
        of tables: [String], isKept: () -> Bool, _ body: () throws -> Result
    ) throws -> Result {
        guard sqlite3_get_autocommit(handle) != 0 else { return try withSavepoint(isKept: isKept, body) }
        try execute("BEGIN")
        // After a commit there is no transaction any more.
        defer { if sqlite3_get_autocommit(handle) == 0 { rollBack() } }
        let result = try body()
        if isKept() { try execute("COMMIT") }
        return result
    }

    private func rollBack() {
        uninterrupted { try? execute("ROLLBACK") }
    }
}

/// A broken reference, or a foreign key whose parent columns are not a key.
struct ForeignKeyViolation: Hashable {
    var table: String
    /// The row; `nil` when the parent columns are not a key.
    var row: Int64?
    var parent: String
}

extension SQLiteConnection {
    public func brokenReferences(from tables: [String]) throws -> [String] {
        let present = try tableNames()
        let broken = try tables.filter(present.contains).flatMap { try brokenForeignKeys(in: $0) }
        return Dictionary(grouping: broken) {
            $0.row == nil ? "\($0.table) to columns of \($0.parent) that are not a key" : "\($0.table) to \($0.parent)"
        }.map { $0.value[0].row == nil ? $0.key : "\($0.value.count.counted("row")) of \($0.key)" }.sorted()
    }

    func brokenForeignKeys() throws -> Set<ForeignKeyViolation> {
        try tableNames().reduce(into: []) { try $0.formUnion(brokenForeignKeys(in: $1)) }
    }

    private func brokenForeignKeys(in table: String) throws -> Set<ForeignKeyViolation> {
        var violations: Set<ForeignKeyViolation> = []
        do {
            try forEachRow("PRAGMA foreign_key_check(\(table.quotedIdentifier))", []) { row in
                // The rows of a table WITHOUT ROWID have no number: each gets one that no row has.
                let number = row[1].integer ?? Int64(-1 - violations.count)
                violations.insert(
                    ForeignKeyViolation(table: table, row: number, parent: (try row.text(2)).asciiLowercased))
            }
        } catch let error as DatabaseError where error.message.hasPrefix("foreign key mismatch") {
            let parent = error.message.split(separator: "\"").last.map { String($0).asciiLowercased } ?? ""
            violations.insert(ForeignKeyViolation(table: table, row: nil, parent: parent))
            // The pragma stops there and reports no rows of other foreign keys.
            violations.formUnion(try orphans(in: table))
        }
        return violations
    }

    /// The rows of a table with broken references, whether the parent columns are a key or not.
    private func orphans(in table: String) throws -> Set<ForeignKeyViolation> {
        let schema = try readSchema()
        guard let child = schema.tables[table], child.column("id") != nil else { return [] }
        var orphans: Set<ForeignKeyViolation> = []
        for key in child.foreignKeys where key.columns.count == 1 {
            let (parent, column) = (key.referencedTable, key.referencedColumns[0].quotedIdentifier)
            guard schema.has(parent, key.referencedColumns[0]) else { continue }
            let reference = key.columns[0].quotedIdentifier
            try forEachRow(
                """
                SELECT "id" FROM \(table.quotedIdentifier) WHERE \(reference) NOT IN (
                    SELECT \(column) FROM \(parent.quotedIdentifier) WHERE \(column) IS NOT NULL)
                """, []
            ) { orphans.insert(ForeignKeyViolation(table: table, row: try $0.integer(0), parent: parent)) }
        }
        return orphans
    }

    private func checkForeignKeys() throws {
        guard !writes.areOnlyDefinitions else { return }
        let schema = try readSchema()
        for table in writes.tablesToCheck(in: schema) {
            begin(.proving, of: table)
            let broken = try brokenForeignKeys(in: table).subtracting(knownViolations ?? [])
            guard let first = broken.min(by: { $0.row ?? 0 < $1.row ?? 0 }) else { continue }
            throw DatabaseError(
                .constraint,
                first.row.map {
                    "\(broken.count.counted("row")) of \(table) would reference rows that do not exist, the first from id \($0) to "
                        + first.parent
                } ?? "\(table) would reference columns of \(first.parent) that are not a key")
        }
    }
}
