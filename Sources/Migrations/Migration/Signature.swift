/// A predicate over a schema: whether one migration's change is present.
public indirect enum Signature: Sendable {
    /// The table exists.
    case table(String)
    /// The column exists.
    case column(String, String)
    /// The column exists and is nullable.
    case nullable(String, String)
    /// The column exists with this type, in the dialect's spelling.
    case type(String, String, String)
    /// The table has an index of all rows, unique or not, or a unique constraint, on exactly these columns.
    case index(String, columns: [String])
    /// The table has a unique index of all rows, or a unique constraint, on exactly these columns.
    case uniqueIndex(String, columns: [String])
    /// The table has a foreign key from the column to a table.
    case foreignKey(String, String, to: String, onDelete: String)
    /// Every one holds.
    case all([Signature])
    /// At least one holds.
    case any([Signature])
    /// It does not hold.
    case not(Signature)
    /// One signature for each dialect.
    case dialect(sqlite: Signature, postgresql: Signature)
    /// A custom predicate with a description. An error counts as not holding, with a warning.
    case custom(String, @Sendable (Schema) throws -> Bool)
}

extension Signature {
    /// Whether the signature holds on a schema.
    /// - Throws: What a custom predicate throws.
    public func holds(on schema: Schema) throws -> Bool {
        switch self {
        case .table(let table):
            return schema.tables[table] != nil
        case .column(let table, let column):
            return schema.has(table, column)
        case .nullable(let table, let column):
            return schema.column(table, column)?.isNullable == true
        case .type(let table, let column, let type):
            return schema.column(table, column)?.type == type
        case .index(let table, let columns):
            guard let table = schema.tables[table] else { return false }
            return table.indexes.contains { $0.columns == columns && !$0.isPartial }
                || table.uniqueConstraints.contains { $0.columns == columns }
        case .uniqueIndex(let table, let columns):
            guard let table = schema.tables[table] else { return false }
            return table.indexes.contains { $0.columns == columns && $0.isUnique && !$0.isPartial }
                || table.uniqueConstraints.contains { $0.columns == columns }
        case .foreignKey(let table, let column, let referenced, let onDelete):
            return schema.tables[table]?.foreignKeys.contains {
                $0.columns == [column] && $0.referencedTable == referenced && $0.onDelete == onDelete
            } == true
        case .all(let signatures):
            return try signatures.allSatisfy { try $0.holds(on: schema) }
        case .any(let signatures):
            return try signatures.contains { try $0.holds(on: schema) }
        case .not(let signature):
            return try !signature.holds(on: schema)
        case .dialect(let sqlite, let postgresql):
            return try (schema.dialect == .sqlite ? sqlite : postgresql).holds(on: schema)
        case .custom(_, let predicate):
            return try predicate(schema)
        }
    }

    /// Whether it holds only where these columns of a table are not unique together.
    func forbidsUniqueness(of columns: [String], in table: String) -> Bool {
        switch self {
        case .all(let signatures): signatures.contains { $0.forbidsUniqueness(of: columns, in: table) }
        case .not(.uniqueIndex(let other, let others)): other == table && others == columns
        default: false
        }
    }

    /// The tables that it reads; `nil` where a custom predicate may read any.
    var tables: Set<String>? { tables(includingNamed: true).map(Set.init) }

    /// The tables of which it reads more than whether they exist; `nil` where a custom predicate may read any.
    var detailedTables: Set<String>? { tables(includingNamed: false).map(Set.init) }

    /// - Parameter includingNamed: Whether those belong to it of which it only reads whether they exist.
    private func tables(includingNamed: Bool) -> [String]? {
        switch self {
        case .table(let table): return includingNamed ? [table] : []
        case .column(let table, _), .nullable(let table, _), .type(let table, _, _), .index(let table, _),
            .uniqueIndex(let table, _), .foreignKey(let table, _, _, _):
            return [table]
        case .all(let signatures), .any(let signatures):
            var all: [String] = []
            for signature in signatures {
                guard let tables = signature.tables(includingNamed: includingNamed) else { return nil }
                all += tables
            }
            return all
        case .not(let signature): return signature.tables(includingNamed: includingNamed)
        case .dialect(let sqlite, let postgresql):
            return Signature.all([sqlite, postgresql]).tables(includingNamed: includingNamed)
        case .custom: return nil
        }
    }

    /// The signature in words: `column user.is_org exists`.
    public func description(_ dialect: Dialect) -> String {
        statement(dialect, holds: true)
    }

    /// The part that decides on a schema: of several that must hold, the first that does not, or the first that says
    /// that something exists. `column user.is_org is missing`, `table organization exists`.
    public func evidence(on schema: Schema) throws -> String {
        switch self {
        case .all(let signatures):
            if let failing = try signatures.first(where: { try !$0.holds(on: schema) }) {
                return try failing.evidence(on: schema)
            }
            let positive = signatures.first { if case .not = $0 { false } else { true } }
            return try (positive ?? signatures.first)?.evidence(on: schema) ?? "nothing is required"
        case .any(let signatures):
            let holding = try signatures.first { try $0.holds(on: schema) }
            return try holding?.evidence(on: schema) ?? statement(schema.dialect, holds: false)
        case .dialect(let sqlite, let postgresql):
            return try (schema.dialect == .sqlite ? sqlite : postgresql).evidence(on: schema)
        default:
            return statement(schema.dialect, holds: try holds(on: schema))
        }
    }

    /// The state when the signature holds, or when it does not.
    private func statement(_ dialect: Dialect, holds: Bool) -> String {
        let exists = holds ? "exists" : "is missing"
        let not = holds ? "" : "not "
        return switch self {
        case .table(let table): "table \(table) \(exists)"
        case .column(let table, let column): "column \(table).\(column) \(exists)"
        case .nullable(let table, let column): "column \(table).\(column) is \(not)nullable"
        case .type(let table, let column, let type): "column \(table).\(column) is \(not)\(type)"
        case .index(let table, let columns): "index on \(table) (\(columns.joined(separator: ", "))) \(exists)"
        case .uniqueIndex(let table, let columns):
            "unique index on \(table) (\(columns.joined(separator: ", "))) \(exists)"
        case .foreignKey(let table, let column, let referenced, let onDelete):
            "foreign key \(table).\(column) to \(referenced) ON DELETE \(onDelete) \(exists)"
        case .all(let signatures):
            signatures.map { $0.statement(dialect, holds: holds) }.joined(separator: holds ? " and " : " or ")
        case .any(let signatures):
            signatures.map { $0.statement(dialect, holds: holds) }.joined(separator: holds ? " or " : " and ")
        case .not(let signature): signature.statement(dialect, holds: !holds)
        case .dialect(let sqlite, let postgresql):
            (dialect == .sqlite ? sqlite : postgresql).statement(dialect, holds: holds)
        case .custom(let description, _): holds ? description : "not: \(description)"
        }
    }
}
