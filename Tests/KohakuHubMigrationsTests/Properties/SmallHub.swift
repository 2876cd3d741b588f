import Migrations
import MigrationsTesting

/// A hub of a few rows, in which as much as possible collides.
struct SmallHub: Sendable {
    var shape: HubShape
    /// The rows; those that reference others by a foreign key come last.
    var rows: [Row] = []

    struct Row: Sendable {
        var table: String
        var values: [String: DatabaseValue]
    }

    /// Puts the rows into an empty database of the shape.
    func insert(into database: TestDatabase) throws {
        let connection = try database.connect()
        try connection.execute(sql(database.backend.dialect))
        guard database.backend == .postgresql else { return }
        for table in Set(rows.map(\.table)) {
            try connection.execute(
                "SELECT setval('\(table)_id_seq', (SELECT max(id) FROM \(table.quotedIdentifier)))")
        }
    }

    /// The rows as SQL to replay, for an empty database of the shape.
    func sql(_ dialect: Dialect) -> String {
        let foreignKeys = dialect == .sqlite ? "PRAGMA foreign_keys = OFF;\n" : ""
        return foreignKeys + rows.map { $0.sql(dialect) }.joined(separator: "\n")
    }
}

extension SmallHub.Row {
    fileprivate func sql(_ dialect: Dialect) -> String {
        let columns = values.keys.sorted()
        let names = columns.map(\.quotedIdentifier).joined(separator: ", ")
        let literals = columns.map { (values[$0] ?? .null).literal(dialect) }.joined(separator: ", ")
        return "INSERT INTO \(table.quotedIdentifier) (\(names)) VALUES (\(literals));"
    }
}

extension DatabaseValue {
    fileprivate func literal(_ dialect: Dialect) -> String {
        switch self {
        case .null: return "NULL"
        case .integer(let value): return String(value)
        case .real(let value): return String(value)
        case .boolean(let value): return dialect == .sqlite ? (value ? "1" : "0") : String(value)
        case .text(let value): return value.quotedLiteral
        case .blob(let bytes):
            let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return dialect == .sqlite ? "X'\(digits)'" : #"'\x\#(digits)'"#
        }
    }
}
