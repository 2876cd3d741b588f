import Migrations

/// A table, put together from what the server's catalogue says of it.
struct CatalogueRelation {
    private(set) var table: Schema.Table
    /// With its schema, in SQL.
    private let qualifiedName: String
    private let isPartitioned: Bool
    private let isInCurrentSchema: Bool
    /// The columns' positions by their numbers: a dropped column leaves a gap.
    private var positions: [Int64: Int] = [:]
    /// The columns in SQL.
    private var quotedColumns: [String] = []

    static func query(where condition: String) -> String {
        """
        SELECT c.oid, c.relname, c.relkind = 'p', c.relnamespace = quote_ident(current_schema())::regnamespace,
            (SELECT quote_ident(n.nspname) FROM pg_namespace AS n WHERE n.oid = c.relnamespace) || '.' || quote_ident(c.relname)
        FROM pg_class AS c WHERE \(condition)
        """
    }

    /// The relations of two such queries, by their object ids.
    static func relations(
        _ rows: [DatabaseRow], columns: [DatabaseRow]
    ) throws -> [DatabaseValue: CatalogueRelation] {
        var relations: [DatabaseValue: CatalogueRelation] = [:]
        for row in rows { relations[row[0]] = try CatalogueRelation(row) }
        for row in columns { try relations[row[0]]?.addColumn(row) }
        return relations
    }

    private init(_ row: DatabaseRow) throws {
        table = try Schema.Table(name: row.text(1), columns: [])
        isPartitioned = row[2].boolean == true
        isInCurrentSchema = row[3].boolean == true
        qualifiedName = try row.text(4)
    }

    static func columnsQuery(of these: String) -> String {
        """
        SELECT attrelid, attnum, attname, quote_ident(attname), format_type(atttypid, atttypmod), attnotnull,
            attidentity <> '', attgenerated <> ''
        FROM pg_attribute WHERE attrelid = \(these) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
        """
    }

    private mutating func addColumn(_ row: DatabaseRow) throws {
        positions[try row.integer(1)] = table.columns.count
        try quotedColumns.append(row.text(3))
        try table.columns.append(
            Schema.Column(
                name: row.text(2), type: row.text(4), isNullable: row[5].boolean == false,
                sequence: row[6].boolean == true ? "its identity" : nil, isGenerated: row[7].boolean == true))
    }

    /// Adds a column's default; of a `nextval` it is the sequence. One that was dropped meanwhile has no text.
    mutating func addDefault(_ row: DatabaseRow) throws {
        guard let position = try positions[row.integer(1)], let expression = row[2].text else { return }
        if let sequence = Self.sequence(assigning: expression) {
            table.columns[position].sequence = sequence
        } else {
            table.columns[position].defaultValue = expression
        }
    }

    /// The name of a sequence in a default: of `nextval('public."My table_id_seq"'::regclass)` it is `My table_id_seq`.
    private static func sequence(assigning expression: String) -> String? {
        let (beginning, end) = ("nextval('", "'::regclass)")
        guard expression.hasPrefix(beginning), expression.hasSuffix(end) else { return nil }
        let parts = expression.dropFirst(beginning.count).dropLast(end.count)
            .split(separator: "''", omittingEmptySubsequences: false)
        // A quote of its own ends the text: then there is more than one call.
        guard !parts.contains(where: { $0.utf8.contains(UInt8(ascii: "'")) }) else { return nil }
        var name = ""
        var isQuoted = false
        var previous: Unicode.Scalar?
        for scalar in parts.joined(separator: "'").unicodeScalars {
            switch scalar {
            case "\"":
                if !isQuoted, previous == "\"" { name.append("\"") }
                isQuoted.toggle()
            case "." where !isQuoted: name = ""
            default: name.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return name
    }

    mutating func addConstraint(_ row: DatabaseRow, referencing target: CatalogueRelation?) throws {
        let name = try row.text(2)
        let columns = columnNames(row[3])
        switch row[1].text {
        case "p":
            table.primaryKeyName = name
            for number in Self.numbers(row[3]) {
                if let position = positions[number] { table.columns[position].isPrimaryKey = true }
            }
        case "u": table.uniqueConstraints.append(Schema.UniqueConstraint(name: name, columns: columns))
        case "f":
            guard let target else { return }
            table.foreignKeys.append(
                try Schema.ForeignKey(
                    name: name, columns: columns,
                    referencedTable: target.isInCurrentSchema ? target.table.name : target.qualifiedName,
                    referencedRelation: target.isInCurrentSchema
                        ? target.table.name.quotedIdentifier : target.qualifiedName,
                    referencedColumns: target.columnNames(row[5]),
                    onDelete: Self.actions[row.text(6)] ?? "NO ACTION",
                    onUpdate: Self.actions[row.text(7)] ?? "NO ACTION", match: row[8].text == "f" ? "FULL" : nil,
                    deferrability: row[10].boolean == true
                        ? "DEFERRABLE INITIALLY DEFERRED" : row[9].boolean == true ? "DEFERRABLE" : nil))
        default: break
        }
    }

    /// The letters by which the catalogue names what happens to rows.
    private static let actions = [
        "a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT",
    ]

    /// Adds an index. Its definition says of the method, the keys and their order only what is not the default; it has none if
    /// it was dropped meanwhile.
    mutating func addIndex(_ row: DatabaseRow, expressions: [Int: String]) throws {
        guard let name = row[2].text, let sql = row[7].text else { return }
        let isUnique = row[3].boolean == true
        let numbers = try Self.numbers(row[5]).prefix(Int(row.integer(6)))
        let keys = numbers.enumerated().map { place, number -> Schema.Index.Key in
            positions[number].map { .column(table.columns[$0].name) } ?? .expression(expressions[place + 1] ?? "")
        }
        let list = numbers.map { positions[$0].map { quotedColumns[$0] } ?? "" }.joined(separator: ", ")
        let isPlain = [name, name.quotedIdentifier].contains { name in
            let beginning =
                "CREATE \(isUnique ? "UNIQUE " : "")INDEX \(name) ON \(isPartitioned ? "ONLY " : "")\(qualifiedName) "
                + "USING btree (\(list))"
            return sql == beginning || sql.hasPrefix(beginning + " WHERE ") || sql.hasPrefix(beginning + " WITH ")
        }
        table.indexes.append(
            Schema.Index(
                name: name, keys: keys, isUnique: isUnique, isPartial: row[4].boolean == true, isPlain: isPlain,
                sql: sql))
    }

    private func columnNames(_ numbers: DatabaseValue) -> [String] {
        Self.numbers(numbers).compactMap { positions[$0].map { table.columns[$0].name } }
    }

    /// The numbers of a vector, `1 2`, or an array, `{1,2}`.
    static func numbers(_ value: DatabaseValue) -> [Int64] {
        (value.text ?? "").split { !$0.isWholeNumber && $0 != "-" }.compactMap { Int64($0) }
    }
}
