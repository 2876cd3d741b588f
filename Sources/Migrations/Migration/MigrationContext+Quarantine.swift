/// Moves the rows that cannot be kept into quarantine.
extension MigrationContext {
    /// The temporary table of the rows that rewrites quarantine: what a check has found need not be searched again.
    static let excluded = "migration_excluded"

    /// Notes the rows that a rewrite quarantines.
    func noteExcludedRows(of rewrite: TableRewrite) throws {
        try execute(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS \(Self.excluded) (
                source_table TEXT NOT NULL, id {bigint}, rule INTEGER NOT NULL)
            """)
        // Those of another rewrite of the table.
        decisions.findings = decisions.findings.filter { $0.key.first != rewrite.table }
        let table = rewrite.table.quotedLiteral
        try connection.execute("DELETE FROM \(Self.excluded) WHERE source_table = \(table)")
        guard !rewrite.quarantine.isEmpty else { return }
        let rows = try connection.execute(
            """
            INSERT INTO \(Self.excluded)
            SELECT \(table), id, rule FROM (\(rows(meeting: rewrite.quarantine, of: rewrite.table))) AS judged
            """, [])
        if rows > 0, dialect == .postgresql { try connection.execute("ANALYZE \(Self.excluded)") }
    }

    /// A query for the rows that a rewrite quarantines: `id` and `rule`, the index of the first that the row meets.
    public func excludedRows(of rewrite: TableRewrite) -> String {
        "SELECT id, rule FROM \(Self.excluded) WHERE source_table = \(rewrite.table.quotedLiteral)"
    }

    /// The rules of a rewrite, which need not be applied again to rows that the check has already judged.
    func quarantineRules(of rewrite: TableRewrite) -> [QuarantineRule] {
        guard isDecided, let findings = decisions.findings[rewrite.conditions] else { return rewrite.quarantine }
        guard !findings.isEmpty else { return [] }
        return rewrite.quarantine.enumerated().map { place, rule in
            var rule = rule
            rule.condition = """
                old."id" IN (SELECT id FROM (\(excludedRows(of: rewrite))) AS excluded WHERE rule = \(place))
                """
            return rule
        }
    }

    /// Moves every row of a table into quarantine, whatever its columns, and drops the table.
    public func quarantineWhole(_ name: String, reason: String) throws {
        guard let table = schema.tables[name] else { return }
        var report = TableReport(table: name)
        report.rowsIn = try connection.countRows(in: name)
        if report.rowsIn > 0 {
            try execute(quarantine.createTable)
            let hasID = table.column("id")?.type.uppercased().contains("INT") == true
            let id = hasID ? #"old."id""# : dialect.spelling("CAST(NULL AS {bigint})")
            report.quarantined = Int64(
                try insertIntoQuarantine(table, id: id, reason: reason.quotedLiteral, where: "true"))
        }
        try self.report(report)
        try execute("DROP TABLE \(name.quotedIdentifier)")
        try refreshSchema(of: [name])
    }

    /// Moves the rows that meet a rule into quarantine, and records a table report when there are any.
    public func quarantineReporting(from table: Schema.Table, rules: [QuarantineRule]) throws {
        var report = TableReport(table: table.name)
        report.rowsIn = try connection.countRows(in: table.name)
        report.quarantined = try quarantine(from: table, rules: rules)
        guard report.quarantined > 0 else { return }
        report.rowsOut = try connection.countRows(in: table.name)
        try self.report(report)
    }

    private func insertIntoQuarantine(
        _ table: Schema.Table, id: String, reason: String, where condition: String
    ) throws -> Int {
        let now =
            dialect == .sqlite
            ? "CURRENT_TIMESTAMP" : "date_trunc('second', CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"
        // Without placeholders of the dialects: the operator chose the names of columns.
        return try connection.execute(
            """
            INSERT INTO \(quarantine.table.quotedIdentifier)
                (migration, source_table, source_id, reason, row_json, quarantined_at)
            SELECT \(number), \(table.name.quotedLiteral), \(id), \(dialect.spelling(reason)),
                \(dialect.jsonObject(of: table.columns, alias: "old")), \(now)
            FROM \(table.name.quotedIdentifier) AS old \(dialect.unindexed) WHERE \(condition) ORDER BY 3
            """, [])
    }

    /// Moves the rows that meet a rule into quarantine and returns how many there were.
    @discardableResult
    public func quarantine(from table: Schema.Table, rules: [QuarantineRule]) throws -> Int64 {
        var total: Int64 = 0
        let name = table.name.quotedIdentifier
        for rule in rules {
            let condition = dialect.spelling(rule.condition)
            let first = "SELECT 1 FROM \(name) AS old \(dialect.unindexed) WHERE \(condition) LIMIT 1"
            guard try !connection.query(first).isEmpty else { continue }
            try execute(quarantine.createTable)
            let mark = try connection.integer("SELECT coalesce(max(id), 0) FROM \(quarantine.table.quotedIdentifier)")
            let moved = try insertIntoQuarantine(
                table, id: #"old."id""#, reason: rule.reason, where: condition)
            let deleted = try execute(
                """
                DELETE FROM \(name) WHERE "id" IN (
                    SELECT source_id FROM \(quarantine.table.quotedIdentifier) WHERE id > \(mark))
                """, [])
            guard moved == deleted else {
                throw MigrationError(
                    .failed,
                    "\(moved.counted("row")) of \(table.name) went to quarantine, but \(deleted) left the table",
                    nextStep: "Nothing was changed. Look for rules and triggers on the table.")
            }
            total += Int64(moved)
        }
        return total
    }
}
