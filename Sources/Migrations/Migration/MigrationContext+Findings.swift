extension MigrationContext {
    /// What a rewrite would quarantine, one finding per rule: how many rows, and the first ids; none of a table that is missing.
    /// - Throws: ``DatabaseError``.
    public func findings(of rewrite: TableRewrite) throws -> [Finding] {
        // An earlier check looked at the same rows.
        if isDecided, let findings = decisions.findings[rewrite.conditions] { return findings }
        guard hasTable(rewrite.table) else { return [] }
        connection.begin(.checking, of: rewrite.table)
        try noteExcludedRows(of: rewrite)
        let findings = try quarantineFindings(rewrite.quarantine, on: rewrite.table, by: excludedRows(of: rewrite))
        decisions.findings[rewrite.conditions] = findings
        return findings
    }

    /// The rows that rules put into quarantine, one finding per rule; none of a table that is missing.
    public func findings(of rules: [QuarantineRule], on table: String) throws -> [Finding] {
        guard hasTable(table) else { return [] }
        connection.begin(.checking, of: table)
        return try quarantineFindings(rules, on: table, by: rows(meeting: rules, of: table))
    }

    private func quarantineFindings(_ rules: [QuarantineRule], on table: String, by query: String) throws -> [Finding] {
        try findings(of: rules, on: table, by: query, .warning, code: "quarantine") { rows, rule in
            "\(rows.counted("row")) of \(table) will be quarantined: \(rule.summary)."
        }
    }

    /// The rows that meet rules, one finding per rule; a row counts for the first that it meets.
    func findings(
        of rules: [QuarantineRule], on table: String, by query: String? = nil, _ severity: Finding.Severity,
        code: String, action: String? = nil, message: (Int64, QuarantineRule) -> String
    ) throws -> [Finding] {
        guard !rules.isEmpty else { return [] }
        var findings: [Int: Finding] = [:]
        try connection.forEachRow(
            """
            WITH ranked AS (
                SELECT rule, id, count(*) OVER (PARTITION BY rule) AS total,
                    row_number() OVER (PARTITION BY rule ORDER BY id) AS place
                FROM (\(query ?? rows(meeting: rules, of: table))) AS judged
            )
            SELECT rule, id, total FROM ranked WHERE place <= \(exampleLimit) ORDER BY rule, id
            """, []
        ) { row in
            let rule = Int(try row.integer(0))
            let count = try row.integer(2)
            let empty = Finding(
                severity, code: code, table: table, count: count, message: message(count, rules[rule]), action: action)
            findings[rule, default: empty].examples.append(
                row[1].integer.map { "id \($0)" } ?? "a row without an id")
        }
        return findings.sorted { $0.key < $1.key }.map(\.value)
    }

    /// A query for the rows that meet rules, as `id` and `rule`, the index of the first that the row meets.
    ///
    /// Each rule has its own `SELECT`, as PostgreSQL joins a subquery of `WHERE` only where it stands alone: under `OR`
    /// or in `CASE` it would scan all of its rows for each row of the table.
    func rows(meeting rules: [QuarantineRule], of table: String) -> String {
        let met = rules.enumerated().map { place, rule in
            dialect.spelling(
                """
                SELECT old."id" AS id, \(place) AS rule FROM \(table.quotedIdentifier) AS old {unindexed}
                WHERE \(rule.condition)
                """)
        }.joined(separator: "\nUNION ALL\n")
        return "SELECT id, min(rule) AS rule FROM (\(met)) AS met GROUP BY id"
    }

    /// One finding about the rows of a query, `nil` when there are none: the query yields a text for each row.
    public func finding(
        _ severity: Finding.Severity,
        code: String,
        table: String,
        about query: String,
        action: String? = nil,
        message: (Int64) -> String
    ) throws -> Finding? {
        let count = try connection.integer("SELECT count(*) FROM (\(query)) AS q")
        guard count > 0 else { return nil }
        let examples = try connection.query("\(query) LIMIT \(exampleLimit)").map { $0[0].text ?? "NULL" }
        return Finding(
            severity, code: code, table: table, count: count, message: message(count), examples: examples,
            action: action)
    }

    /// The operator's objects that changes would break or that prevent them; `nil` when there are none.
    /// - Parameters:
    ///   - changes: The tables with the columns that change or are dropped; without columns the table is dropped.
    ///   - attachments: What else would be lost, each with its definition.
    public func dependentsInTheWay(
        of changes: [(table: String, columns: [String]?)], losing attachments: [String] = [], message: (Int) -> String
    ) throws -> Finding? {
        let dependents = try connection.dependents(on: changes) + attachments
        guard !dependents.isEmpty else { return nil }
        return Finding(
            .error, code: "dependent_in_the_way", table: "", count: Int64(dependents.count),
            message: message(dependents.count), examples: dependents,
            action: "Keep their definitions, drop them, run again, and recreate them.")
    }

    /// Duplicate or NULL ids, where the primary key is missing: not even quarantine could tell the rows apart. `nil`
    /// when each row has its own id.
    public func sharedIDs(in table: String) throws -> Finding? {
        guard let columns = schema.tables[table]?.columns, columns.contains(where: { $0.name == "id" }),
            columns.filter(\.isPrimaryKey).map(\.name) != ["id"]
        else { return nil }
        return try finding(
            .error, code: "shared_id", table: table,
            about: """
                SELECT coalesce(CAST("id" AS TEXT), 'NULL') FROM \(table.quotedIdentifier) GROUP BY "id"
                HAVING count(*) > 1 OR "id" IS NULL ORDER BY "id"
                """,
            action: "Give each row its own id, or delete the rows that are not needed."
        ) { "Table \(table) has no primary key, and \($0.counted("id is", plural: "ids are")) NULL or not unique." }
    }

    /// A missing required column; `nil` when the table has no rows.
    public func missingColumn(_ column: String, of table: String) throws -> Finding? {
        let rows = try connection.countRows(in: table)
        guard rows > 0 else { return nil }
        return Finding(
            .error, code: "missing_column", table: table, count: rows,
            message:
                "Table \(table) has no column \(column), and its value for the \(rows.counted("existing row")) cannot be known.",
            action: "Restore a backup, or delete the rows if they are not needed.")
    }
}

extension QuarantineRule {
    /// Rows that have no value in a column.
    public static func rows(without column: String) -> QuarantineRule {
        .rows(
            where: "old.\(column.quotedIdentifier) IS NULL", reason: "it has no \(column)".quotedLiteral,
            summary: "there is no value for \(column)")
    }
}
