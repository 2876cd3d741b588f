extension Schema {
    /// How this schema differs from the expected tables; the order of columns does not count.
    /// - Parameters:
    ///   - expected: The tables as they should be.
    ///   - ignored: Tables that belong to the migration tool itself.
    /// - Returns: The differences in the order of the tables' names; empty when there are none.
    public func differences(from expected: [Table], ignoring ignored: Set<String> = []) -> [SchemaDifference] {
        let known = Set(expected.map(\.name))
        var differences: [SchemaDifference] = []
        for table in expected.sorted(by: { $0.name < $1.name }) {
            guard let found = tables[table.name] else {
                differences.append(SchemaDifference(.missingTable, table: table.name))
                continue
            }
            differences += found.differences(from: table)
        }
        let others = tables.keys.filter { !known.contains($0) && !ignored.contains($0) }
        return differences + others.sorted().map { SchemaDifference(.ownTable, table: $0) }
    }
}

extension Schema.Table {
    /// How this table differs from the expected one of its name.
    func differences(from expected: Schema.Table) -> [SchemaDifference] {
        columnDifferences(from: expected) + indexDifferences(from: expected) + foreignKeyDifferences(from: expected)
    }

    func columnDifferences(from expected: Schema.Table) -> [SchemaDifference] {
        var differences: [SchemaDifference] = []
        for column in expected.columns {
            guard let found = self.column(column.name) else {
                differences.append(SchemaDifference(.missingColumn, table: name, name: column.name))
                continue
            }
            func add(
                _ kind: SchemaDifference.Kind, _ expected: String?, _ found: String?,
                _ disposition: SchemaDifference.Disposition? = nil
            ) {
                differences.append(
                    SchemaDifference(
                        kind, table: name, name: column.name, expected: expected, found: found, disposition: disposition
                    ))
            }
            if found.type != column.type {
                // SQLite's types, which are read in capitals, are only affinities, except that of the integer primary
                // key.
                let isPreference = column.type.first?.isUppercase == true && !column.isPrimaryKey
                add(.columnType, column.type, found.type, isPreference ? .harmless : .reconciled)
            }
            if found.isNullable != column.isNullable {
                add(
                    .columnNullability, column.nullability, found.nullability,
                    found.isNullable ? .harmless : .reconciled)
            }
            if found.defaultValue != column.defaultValue {
                add(.columnDefault, column.defaultValue, found.defaultValue)
            }
            if (found.sequence != nil) != (column.sequence != nil) {
                add(.columnDefault, column.sequence, found.sequence, found.sequence != nil ? .harmless : .reconciled)
            }
            if found.isPrimaryKey != column.isPrimaryKey { add(.primaryKey, nil, nil) }
        }
        for column in columns where expected.column(column.name) == nil {
            let isOwn = column.isNullable || column.defaultValue != nil
            differences.append(
                SchemaDifference(isOwn ? .ownColumn : .unknownRequiredColumn, table: name, name: column.name))
        }
        if isAutoincrement != expected.isAutoincrement {
            differences.append(SchemaDifference(.autoincrement, table: name))
        }
        return differences
    }

    func indexDifferences(from expected: Schema.Table) -> [SchemaDifference] {
        let misnamed = misnamedIndexes(of: expected.indexes)
        var differences = misnamed.map { expected, found in
            SchemaDifference(.indexName, table: name, name: found, expected: expected.name, found: found)
        }
        if let key = misnamedKey(of: expected.primaryKeyName) {
            differences.append(
                SchemaDifference(.indexName, table: name, name: key.found, expected: key.expected, found: key.found))
        }
        for index in expected.indexes where !misnamed.contains(where: { $0.expected == index }) {
            guard let found = self.index(index.name) else {
                differences.append(
                    SchemaDifference(
                        .missingIndex, table: name, name: index.name, expected: index.summary,
                        disposition: !index.isUnique || isUnique(index.columns) ? .harmless : .reconciled))
                continue
            }
            if found.hasConstant {
                differences.append(SchemaDifference(.constantIndex, table: name, name: index.name))
            } else if found.keys != index.keys || found.isUnique != index.isUnique || found.isPartial {
                differences.append(
                    SchemaDifference(
                        .indexDefinition, table: name, name: index.name, expected: index.summary, found: found.summary,
                        disposition: !found.isUnique && (!index.isUnique || isUnique(index.columns))
                            ? .harmless : .reconciled))
            }
        }
        let known = Set(expected.columns.map(\.name))
        for index in indexes
        where expected.index(index.name) == nil && !misnamed.contains(where: { $0.found == index.name }) {
            // With a column or an expression of the operator's own it is too, and where it refuses nothing more.
            let isOwn =
                index.columns.map { columns in
                    !index.isUnique || !known.isSuperset(of: columns) || expected.isUnique(within: columns)
                        || (index.isPartial && expected.isUnique(columns))
                } ?? true
            let (kind, disposition): (SchemaDifference.Kind, SchemaDifference.Disposition?) =
                index.hasConstant
                ? (.constantIndex, .harmless)
                : isOwn ? (.ownIndex, nil) : (.unknownUniqueIndex, expected.isUnique(index.columns) ? .redundant : nil)
            differences.append(
                SchemaDifference(
                    kind, table: name, name: index.name, found: index.summary, disposition: disposition))
        }
        for constraint in uniqueConstraints where known.isSuperset(of: constraint.columns) {
            let isOwn = expected.isUnique(within: constraint.columns)
            differences.append(
                SchemaDifference(
                    isOwn ? .ownConstraint : .uniqueConstraint, table: name, name: constraint.name,
                    found: constraint.summary,
                    disposition: !isOwn && expected.isUnique(constraint.columns) ? .redundant : nil))
        }
        return differences
    }

    /// Whether an index or a constraint makes exactly these columns unique together.
    private func isUnique(_ columns: [String]?) -> Bool {
        guard let columns else { return false }
        return indexes.contains { $0.isUnique && !$0.isPartial && $0.columns == columns }
            || uniqueConstraints.contains { $0.columns == columns }
    }

    /// Whether an index makes some of these columns unique, and fewer than all: then all of them together are, anyway.
    func isUnique(within columns: [String]) -> Bool {
        indexes.contains { index in
            guard index.isUnique, !index.isPartial, let unique = index.columns else { return false }
            return unique.count < columns.count && Set(columns).isSuperset(of: unique)
        }
    }

    func foreignKeyDifferences(from expected: Schema.Table) -> [SchemaDifference] {
        var differences: [SchemaDifference] = []
        for key in expected.foreignKeys {
            let candidates = foreignKeys.filter { $0.columns == key.columns }
            if candidates.contains(where: { $0.isEquivalent(to: key) }) { continue }
            differences.append(
                SchemaDifference(
                    candidates.isEmpty ? .missingForeignKey : .foreignKeyDefinition,
                    table: name, name: key.columns.joined(separator: ", "),
                    expected: key.summary, found: candidates.first?.summary))
        }
        let known = Set(expected.columns.map(\.name))
        for key in foreignKeys where known.isSuperset(of: key.columns) {
            if expected.foreignKeys.contains(where: { $0.columns == key.columns }) { continue }
            differences.append(
                SchemaDifference(
                    .unknownForeignKey, table: name, name: key.columns.joined(separator: ", "), found: key.summary))
        }
        return differences
    }
}

extension Schema.Column {
    var nullability: String { isNullable ? "nullable" : "NOT NULL" }
}

extension Schema.Index {
    /// The columns in words: `unique: repository_id, path_in_repo`.
    var summary: String {
        let list = keys.map { key in
            switch key {
            case .column(let name): name
            case .expression(let sql): sql
            case .constant(let text): text.quotedLiteral
            }
        }
        return (isUnique ? "unique: " : "") + list.joined(separator: ", ")
    }

    /// Whether SQLite took a quoted name for a text constant when the index was made.
    public var hasConstant: Bool {
        keys.contains { key in
            if case .constant = key { true } else { false }
        }
    }
}

extension Schema.UniqueConstraint {
    var summary: String { columns.joined(separator: ", ") }
}

extension Schema.ForeignKey {
    var summary: String {
        "\(referencedTable) (\(referencedColumns.joined(separator: ", "))) ON DELETE \(onDelete)"
            + (deferrability.map { " \($0)" } ?? "")
    }
}
