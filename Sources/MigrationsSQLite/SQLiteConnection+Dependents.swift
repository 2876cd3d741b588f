public import Migrations

/// The operator's own triggers and views, which a migration must neither fire nor break.
extension SQLiteConnection {
    public func dependents(on changes: [(table: String, columns: [String]?)]) throws -> [String] {
        let views = try query("SELECT name, sql FROM main.sqlite_schema WHERE type = 'view' ORDER BY rowid")
        guard !views.isEmpty else { return [] }
        // SQLite compiles a view only when it is used, so views are tried on a copy of the tables without the columns.
        let copy = try Self.inMemory()
        for present in try readSchema().tables.values {
            let gone = changes.filter { $0.table == present.name }.flatMap { $0.columns ?? present.columns.map(\.name) }
            let names = present.columns.map(\.name).filter { !gone.contains($0) }.map(\.quotedIdentifier)
            guard !names.isEmpty else { continue }
            try copy.execute("CREATE TABLE \(present.name.quotedIdentifier) (\(names.joined(separator: ", ")))")
        }
        for view in views { try copy.execute(view.text(1)) }
        return views.compactMap { $0[0].text }.filter { view in
            let use = "EXPLAIN SELECT * FROM \(view.quotedIdentifier)"
            return copy.failure(of: use) != nil && failure(of: use) == nil
        }.map { "view \($0)" }.sorted()
    }

    /// SQLite compares names without regard to case.
    public func occupants(
        ofTables names: [String], indexes: [String], exceptOn owners: [String]
    ) throws -> [String] {
        func list(_ names: [String]) -> String { names.map(\.quotedLiteral).joined(separator: ", ") }
        return try query(
            """
            SELECT type || ' ' || name || CASE type WHEN 'index' THEN ' on ' || tbl_name ELSE '' END
            FROM main.sqlite_schema WHERE type <> 'trigger' AND (
                name COLLATE NOCASE IN (\(list(names)))
                OR name COLLATE NOCASE IN (\(list(indexes))) AND (type <> 'index' OR tbl_name COLLATE NOCASE NOT IN (\(list(owners)))))
            ORDER BY name, type
            """
        ).map { try $0.text(0) }
    }

    public func attachments(of tables: [String]) throws -> [TableAttachment] {
        let schema = try readSchema(of: Set(tables))
        return try tables.flatMap { name -> [TableAttachment] in
            guard let table = schema.tables[name], let statement = try statement(of: name) else { return [] }
            func attachment(_ what: String, _ object: String, _ definition: String, in text: String) -> TableAttachment
            {
                TableAttachment(
                    table: name, name: object,
                    columns: table.columns.map(\.name).filter { SQLText.mentions($0, in: text) },
                    description: "\(what) on \(name): \(definition)")
            }
            return table.indexes.map { index in
                let keys = index.sql[(SQLText.outermost(in: index.sql[...], "(") ?? index.sql.startIndex)...]
                return attachment("index \(index.name)", index.name, index.sql, in: String(keys))
            }
                + table.uniqueConstraints.map {
                    attachment("UNIQUE constraint", $0.name, $0.definition, in: $0.definition)
                } + statement.checks.map { attachment("CHECK constraint", "", $0, in: $0) }
                + table.columns.filter(\.isGenerated).map { column in
                    let text = statement.column(column.name)?.clauses(of: [.generation]).first ?? ""
                    return attachment("column \(column.name)", "", text, in: text)
                }
        }
    }

    /// Adds to an error what rejected the rows, after the rollback: what still exists was there before.
    func explained(_ error: any Error) -> any Error {
        guard var refused = error as? DatabaseError, refused.kind == .constraint, let sql = refused.sql else {
            return error
        }
        let words = refused.message.split(separator: " constraint failed: ", maxSplits: 1).map(String.init)
        guard words.count == 2, let present = try? readSchema().tables else { return error }
        if words[0] == "NOT NULL" {
            let place = words[1].asciiLowercased.replacing(TableRebuild.stagingTable(for: ""), with: "")
            let names = place.split(separator: ".").map(String.init)
            guard names.count == 2, present[names[0]]?.column(names[1])?.isNullable == false else { return error }
            refused.refusal = "NOT NULL of column \(names[1]) on \(names[0])"
            return refused
        }
        let written = present.keys.sorted().filter { name in
            [name, TableRebuild.stagingTable(for: name)].contains { sql.contains($0.quotedIdentifier) }
        }
        refused.refusal = try? attachments(of: written).first { attachment in
            guard words[0] == "UNIQUE" else { return words[0] == "CHECK" && attachment.description.contains(words[1]) }
            let tables = [attachment.table, TableRebuild.stagingTable(for: attachment.table)]
            let keys = tables.map { table in attachment.columns.map { "\(table).\($0)" }.joined(separator: ", ") }
            return keys.contains(words[1].asciiLowercased) || words[1] == "index \(attachment.name.quotedLiteral)"
        }?.description
        return refused
    }

    /// Drops the triggers of tables: they must not act on rows that a migration moves.
    /// - Returns: Their tables and definitions.
    func suspendTriggers() throws -> [DatabaseRow] {
        let triggers = try query(
            """
            SELECT lower(t.tbl_name), t.sql, t.name FROM main.sqlite_schema AS t
            JOIN main.sqlite_schema AS m ON lower(m.name) = lower(t.tbl_name) AND m.type = 'table'
            WHERE t.type = 'trigger' ORDER BY t.rowid
            """)
        for trigger in triggers { try execute("DROP TRIGGER \(trigger.text(2).quotedIdentifier)") }
        return triggers
    }

    /// Recreates the triggers whose tables still exist.
    func restoreTriggers(_ triggers: [DatabaseRow]) throws {
        guard !triggers.isEmpty else { return }
        let tables = try tableNames()
        for trigger in triggers where try tables.contains(trigger.text(0)) { try execute(trigger.text(1)) }
    }

    /// The views and the tables with triggers that do not work, with SQLite's message. A missing name shows only on
    /// use, so each is compiled here.
    func brokenDependents() throws -> [String: String] {
        var broken: [String: String] = [:]
        var tables: Set<String> = []
        for row in try query("SELECT type, tbl_name FROM main.sqlite_schema WHERE type IN ('view', 'trigger')") {
            let name = try row.text(1)
            if row[0].text == "view" {
                broken["view \(name)"] = failure(of: "EXPLAIN SELECT * FROM \(name.quotedIdentifier)")
            } else {
                tables.insert(name.asciiLowercased)
            }
        }
        guard !tables.isEmpty else { return broken }
        let schema = try readSchema(of: tables)
        for table in schema.tables.values {
            let name = table.name.quotedIdentifier
            let columns = table.columns.map { "\($0.name.quotedIdentifier) = \($0.name.quotedIdentifier)" }
            let uses = [
                "EXPLAIN INSERT INTO \(name) DEFAULT VALUES", "EXPLAIN DELETE FROM \(name)",
                "EXPLAIN UPDATE \(name) SET \(columns.joined(separator: ", "))",
            ]
            broken["trigger on \(table.name)"] = uses.lazy.compactMap { self.failure(of: $0) }.first
        }
        return broken
    }

    /// Refuses what no longer works but did before.
    func checkDependents(except before: [String: String]) throws {
        let broken = try brokenDependents().filter { before[$0.key] == nil }
        guard let (name, message) = broken.min(by: { $0.key < $1.key }) else { return }
        throw DatabaseError(
            .other, "the \(name) does not work with the new tables: \(message). Drop it, run again, and recreate it")
    }

    private func failure(of statement: String) -> String? {
        do {
            try forEachRow(statement, []) { _ in }
            return nil
        } catch let error as DatabaseError {
            return error.message
        } catch {
            return "\(error)"
        }
    }
}
