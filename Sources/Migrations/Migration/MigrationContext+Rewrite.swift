extension MigrationContext {
    /// Rewrites tables, one after the other: quarantines the rows that cannot be kept, builds the new table from its
    /// sources, and checks that every row is accounted for.
    /// - Throws: ``DatabaseError``; ``MigrationError`` when rows are not accounted for.
    public func rewrite(_ rewrites: [TableRewrite]) throws {
        for rewrite in rewrites { try self.rewrite(rewrite) }
        try refreshSchema(of: Set(rewrites.map(\.table)))
    }

    private func rewrite(_ rewrite: TableRewrite) throws {
        try renameIndexes(of: rewrite.table, to: rewrite.indexes.map { IndexStatement($0).index })
        guard let present = schema.tables[rewrite.table] else {
            throw MigrationError(
                .failed, "table \(rewrite.table) is missing",
                nextStep: "Nothing was changed.\(vocabulary.advice("See", "verify"))")
        }
        try rewrite.requireReadable(of: present)
        connection.begin(.checking, of: rewrite.table)
        // Before the first count: what is written after it would be lost.
        try connection.lock(rewrite.table)
        var report = TableReport(table: rewrite.table)
        report.rowsIn = try connection.countRows(in: rewrite.table)
        report.quarantined = try quarantine(from: present, rules: quarantineRules(of: rewrite))

        let rebuild = makeRebuild(rewrite, of: present)
        for source in rewrite.sources where source.kind != .kept {
            let rows = try connection.integer(dialect.spelling("SELECT count(*) FROM \(source.from)"))
            if source.kind == .copied { report.copied += rows } else { report.merged += rows }
        }
        // Copies and merged rows have ids above these.
        let highest = try connection.integer("SELECT max(id) FROM \(rewrite.table.quotedIdentifier)")
        let unchanged = rebuild.columns.map(\.name).filter { name in
            present.column(name) != nil && !rewrite.changingColumns.contains(name)
        }
        let before = try connection.checksum(of: unchanged, in: rewrite.table, upTo: highest)
        connection.begin(
            .copying, of: rewrite.table, total: report.rowsIn - report.quarantined + report.copied + report.merged)
        try connection.rebuild(rebuild)
        report.rowsOut = try connection.countRows(in: rewrite.table)
        try requireConserved(report)
        connection.begin(.proving, of: rewrite.table, total: report.rowsOut)
        let after = try connection.checksum(of: unchanged, in: rewrite.table, upTo: highest)
        guard before == after else {
            throw MigrationError(
                .failed,
                "the contents of \(rewrite.table) changed where they must not, in one of the columns "
                    + unchanged.joined(separator: ", "),
                nextStep: reportIt)
        }
        report.checksum = after
        try self.report(report)
    }

    var reportIt: String {
        "Nothing was changed. Please report this.\(vocabulary.advice("Add the output of", "plan"))"
    }

    private func makeRebuild(_ rewrite: TableRewrite, of present: Schema.Table) -> TableRebuild {
        let names = Set(rewrite.columns.map(\.name))
        let own = ownColumns(of: rewrite, present: present, known: names.union(rewrite.replacedColumns))
        let columns =
            rewrite.columns.map { ColumnDefinition(dialect.spelling($0.sql)) }
            + own.map { ColumnDefinition($0.definition) }
        let staging = TableRebuild.stagingTable(for: rewrite.table).quotedIdentifier
        let generated = own.filter(\.isGenerated).map(\.name)
        // SQLite appends a row faster than it finds its place.
        let order = dialect == .sqlite ? "ORDER BY 1" : ""

        let inserts = rewrite.sources.map { source in
            let origin: Schema.Table? =
                if case .merged(let table) = source.kind { schema.tables[table] } else { present }
            var targets: [String] = []
            var expressions: [String] = []
            for column in columns where !generated.contains(column.name) {
                if let expression = source.values[column.name] {
                    targets.append(column.name.quotedIdentifier)
                    expressions.append(dialect.spelling(expression))
                } else if origin?.column(column.name) != nil {
                    targets.append(column.name.quotedIdentifier)
                    expressions.append("old.\(column.name.quotedIdentifier)")
                }
            }
            return """
                INSERT INTO \(staging) (\(targets.joined(separator: ", ")))
                SELECT \(expressions.joined(separator: ", "))
                FROM \(dialect.spelling(source.from)) \(order)
                """
        }
        return TableRebuild(
            table: present,
            columns: columns,
            idColumn: rewrite.columns.first { $0.sql.hasSuffix("{id}") }?.name,
            keptColumns: own.map(\.name).filter { present.column($0) != nil },
            generatedColumns: generated,
            foreignKeys: rewrite.foreignKeys
                + present.foreignKeys.filter { Set(own.map(\.name)).isSuperset(of: $0.columns) }.map(\.definition),
            inserts: inserts,
            indexes: rewrite.indexes.map { IndexStatement($0).index },
            keptIndexes: rewrite.ownIndexes(of: present),
            keptConstraints: rewrite.ownConstraints(of: present),
            droppedColumns: rewrite.replacedColumns.filter { present.column($0) != nil }
        )
    }

    /// The operator's own columns, and those of tables whose rows are moved here, which are nullable and have no default here.
    private func ownColumns(
        of rewrite: TableRewrite, present: Schema.Table, known: Set<String>
    ) -> [Schema.Column] {
        var own = present.columns.filter { !known.contains($0.name) }
        for source in rewrite.sources {
            guard case .merged(let table) = source.kind else { continue }
            for var column in schema.tables[table]?.columns ?? [] {
                guard !known.contains(column.name), !own.contains(where: { $0.name == column.name }) else { continue }
                (column.isNullable, column.isGenerated, column.defaultValue) = (true, false, nil)
                own.append(column)
            }
        }
        return own
    }

    /// Drops the indexes on text constants that SQLite made from missing columns: once the column exists, they would
    /// look right by name, and the next write would find the database malformed.
    public func dropConstantIndexes(of catalogue: Catalogue) throws {
        for table in catalogue.canonicalTables.compactMap({ schema.tables[$0.name] }) {
            let names = table.indexes.filter(\.hasConstant).map(\.name)
            for name in names { try connection.execute("DROP INDEX \(name.quotedIdentifier)") }
            if !names.isEmpty { try refreshSchema(of: [table.name]) }
        }
    }
}
