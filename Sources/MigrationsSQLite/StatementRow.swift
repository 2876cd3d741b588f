import CSQLite
import Migrations

/// The row at which a statement stands; it is valid until the statement's next step. A value is copied when it is asked for.
struct StatementRow {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    /// All of its values.
    var row: DatabaseRow {
        DatabaseRow((0..<Int(sqlite3_column_count(statement))).map { self[$0] })
    }

    /// The value at a column's index, counted from 0.
    subscript(_ index: Int) -> DatabaseValue {
        let index = Int32(index)
        return switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, index))
        case SQLITE_TEXT: .text(text(index))
        case SQLITE_BLOB: .blob(Array(bytes(index)))
        default: .null
        }
    }

    /// The integer at a column's index.
    /// - Throws: ``Migrations/DatabaseError`` for every other value, NULL too.
    func integer(_ index: Int) throws -> Int64 {
        if case .integer(let value) = self[index] { value } else { try row.integer(index) }
    }

    /// The text at a column's index.
    /// - Throws: ``Migrations/DatabaseError`` for every other value, NULL too.
    func text(_ index: Int) throws -> String {
        if case .text(let value) = self[index] { value } else { try row.text(index) }
    }

    private func text(_ index: Int32) -> String {
        // Converts what a database of another encoding stores.
        let start = sqlite3_column_text(statement, index)
        let count = Int(sqlite3_column_bytes(statement, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func bytes(_ index: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, index)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))
    }
}
