public import Migrations

/// A row that was put back.
public struct ReleasedRow: Sendable, Hashable {
    /// The row as it was in quarantine.
    public var row: QuarantinedRow
    /// Its id in the table: a new one if its own was taken.
    public var id: Int64
}

/// Puts rows back from quarantine into the current tables.
public struct QuarantineRelease {
    let connection: any DatabaseConnection
    let schema: Schema

    /// Releases rows, all of them or none.
    /// - Parameter ids: Their numbers in quarantine; `nil` for all.
    /// - Returns: The rows, in the order in which they were released.
    /// - Throws: ``Migrations/MigrationError`` that names the first row that does not fit, and why; nothing is changed.
    public static func release(
        _ ids: [Int64]?, of connection: any DatabaseConnection
    ) throws -> [ReleasedRow] {
        try connection.withMigrationTransaction(locking: Catalogue.kohakuHub.tables) {
            var rows: [QuarantinedRow] = []
            if let ids {
                rows = try Quarantine.kohakuHub.rows(ids, of: connection)
            } else {
                try Quarantine.kohakuHub.forEachRow(of: connection) { rows.append($0) }
            }
            guard !rows.isEmpty else { return [] }
            let release = QuarantineRelease(connection: connection, schema: try connection.readSchema())
            // Referenced rows come first, as in the schema.
            let order = CanonicalSchema.tables.map(\.name)
            func key(_ row: QuarantinedRow) -> (Int, Int64) { (order.firstIndex(of: row.table) ?? order.count, row.id) }
            rows.sort { key($0) < key($1) }
            let released = try rows.map { try ReleasedRow(row: $0, id: release.insert($0)) }
            try Quarantine.kohakuHub.delete(rows.map(\.id), from: connection)
            for table in Set(rows.map(\.table)) { try connection.advanceSequence(of: table, past: 0) }
            return released
        }
    }

    /// - Returns: Its id.
    private func insert(_ row: QuarantinedRow) throws -> Int64 {
        guard let table = schema.tables[row.table] else {
            throw refusal(of: row, "table \(row.table) no longer exists", "Export the row to keep its contents.")
        }
        guard var values = FlatJSONObject.values(row.json, for: connection.dialect) else {
            throw refusal(of: row, "its contents are not a JSON object", "Fix row_json in kohaku_quarantine.")
        }
        try checkOwners(values, of: row, in: table)
        try adapt(&values, of: row)
        // Columns that a migration added after the row went to quarantine: the rows in the table got these values.
        let backfills = CanonicalSchema.tables.first { $0.name == row.table }?.backfills ?? [:]
        let missing = table.columns.filter { values[$0.name] == nil && !$0.isNullable && $0.defaultValue == nil }
        for column in missing where backfills[column.name] == nil {
            throw refusal(of: row, "it has no \(column.name)", "Add it to row_json in kohaku_quarantine.")
        }
        for (name, value) in values {
            guard let column = table.column(name) else {
                throw refusal(
                    of: row, "the table has no column \(name) any more", "Export the row to keep its contents.")
            }
            guard ["BLOB", "bytea"].contains(column.type), let text = value.text else { continue }
            values[name] = Base64.decode(text).map { .blob($0) } ?? value
        }
        try checkReferences(values, of: row, in: table)
        let id = try renumber(&values, of: row)
        try checkUniqueness(values, of: row, in: table)
        let names = values.keys.sorted()
        let expressions = names.indices.map { "$\($0 + 1)" } + missing.compactMap { backfills[$0.name] }
        let columns = (names + missing.map(\.name)).map(\.quotedIdentifier).joined(separator: ", ")
        try connection.execute(
            """
            INSERT INTO \(row.table.quotedIdentifier) (\(columns))
            \(connection.dialect.keepingIDs) VALUES (\(expressions.joined(separator: ", ")))
            """, names.map { values[$0] ?? .null })
        try linkHistory(to: row, values)
        return id
    }

    private func checkReferences(
        _ values: [String: DatabaseValue], of row: QuarantinedRow, in table: Schema.Table
    ) throws {
        for key in table.foreignKeys where key.columns.count == 1 {
            guard let id = values[key.columns[0]]?.integer else { continue }
            let found = try connection.integer(
                "SELECT count(*) FROM \(key.referencedRelation) WHERE \"id\" = $1", [.integer(id)])
            guard found == 0 else { continue }
            throw refusal(
                of: row, "its \(key.columns[0]) is \(id), and there is no \(key.referencedTable) with that id",
                "Create it with that id, and with a created_at that is not later than the row's, or leave the row in quarantine."
            )
        }
    }

    /// Gives a row whose id another one has by now the next one that is free. Those to which other quarantined rows may belong
    /// keep theirs, and are refused.
    /// - Returns: Its id.
    private func renumber(_ values: inout [String: DatabaseValue], of row: QuarantinedRow) throws -> Int64 {
        guard let id = values["id"]?.integer else {
            throw refusal(of: row, "it has no id", "Add it to row_json in kohaku_quarantine.")
        }
        let table = row.table.quotedIdentifier
        guard !["user", "repository"].contains(row.table),
            try connection.integer("SELECT count(*) FROM \(table) WHERE \"id\" = $1", [.integer(id)]) > 0
        else { return id }
        let new = try connection.integer("SELECT max(\"id\") FROM \(table)") + 1
        values["id"] = .integer(new)
        return new
    }

    private func checkUniqueness(
        _ values: [String: DatabaseValue], of row: QuarantinedRow, in table: Schema.Table
    ) throws {
        let unique = [["id"]] + table.indexes.filter { $0.isUnique && !$0.isPartial }.compactMap(\.columns)
        for columns in unique {
            let present = columns.compactMap { values[$0] }
            guard present.count == columns.count, !present.contains(.null) else { continue }
            let condition = columns.enumerated().map { "\($0.element.quotedIdentifier) = $\($0.offset + 1)" }
            let taken = try connection.query(
                """
                SELECT "id" FROM \(row.table.quotedIdentifier) WHERE \(condition.joined(separator: " AND ")) LIMIT 1
                """, present)
            guard let other = taken.first?[0].integer else { continue }
            throw refusal(
                of: row, "\(row.table) \(other) has the same \(columns.joined(separator: ", "))",
                columns == ["id"]
                    ? "Leave it in quarantine. Its values are in: kohaku-migrate quarantine export"
                    : "If that one is not wanted, delete it in the hub first. Otherwise leave this one in quarantine.")
        }
    }

    func refusal(of row: QuarantinedRow, _ message: String, _ nextStep: String) -> MigrationError {
        MigrationError(
            .failed, "\(row.title) cannot be released: \(message)", nextStep: "Nothing was released. \(nextStep)")
    }
}
