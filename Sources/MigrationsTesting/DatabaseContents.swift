public import Migrations

/// Every row of every table of a database, by column names: what two databases, or one before and after, are compared by.
///
/// It uses its own statements, so that a fault of the product's schema reader cannot hide in it.
public struct DatabaseContents: Sendable, Hashable {
    /// A row: its values by column name.
    public typealias Row = [String: DatabaseValue]

    /// The rows by table, in the order of their values.
    public var tables: [String: [Row]] = [:]

    /// Reads a whole database.
    public init(of connection: any DatabaseConnection) throws {
        for table in try Self.tableNames(connection) {
            let columns = try Self.columnNames(of: table, connection)
            let list = columns.map(\.quotedIdentifier).joined(separator: ", ")
            let order = columns.indices.map { String($0 + 1) }.joined(separator: ", ")
            tables[table] = try connection.query("SELECT \(list) FROM \(table.quotedIdentifier) ORDER BY \(order)")
                .map { Row(uniqueKeysWithValues: zip(columns, $0.values)) }
        }
    }

    /// The rows of a table, none when there is no such table.
    public subscript(_ table: String) -> [Row] { tables[table] ?? [] }

    /// How many rows each table has.
    public var rowCounts: [String: Int] { tables.mapValues(\.count) }

    private static func tableNames(_ connection: any DatabaseConnection) throws -> [String] {
        let sql =
            switch connection.dialect {
            case .sqlite: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            case .postgresql: "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
            }
        return try connection.query(sql).compactMap { $0[0].text }.sorted()
    }

    private static func columnNames(of table: String, _ connection: any DatabaseConnection) throws -> [String] {
        let sql =
            switch connection.dialect {
            case .sqlite: "SELECT name FROM pragma_table_info($1) ORDER BY cid"
            case .postgresql:
                """
                SELECT a.attname::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                WHERE c.relnamespace = to_regnamespace('public') AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY a.attnum
                """
            }
        return try connection.query(sql, [.text(table)]).compactMap { $0[0].text }
    }
}
