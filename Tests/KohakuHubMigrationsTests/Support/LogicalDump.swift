import KohakuHubMigrations
import Migrations
import MigrationsTesting

/// Everything that a database holds, one line each: tables with their definitions, rows, triggers and views.
///
/// Left out are how far PostgreSQL's sequences are, which no rollback takes back, and so the ids in the quarantine, and
/// the time of a quarantine, which is another one in every run.
struct LogicalDump: Hashable, Sendable {
    var lines: [String] = []

    init(of connection: any DatabaseConnection) throws {
        let definitions =
            switch connection.dialect {
            case .sqlite: Self.sqliteDefinitions
            case .postgresql: Self.postgresDefinitions
            }
        lines = try connection.query(definitions).compactMap { $0[0].text }
        for table in try tables(connection) {
            let query = try rows(of: table, connection)
            lines += try connection.query(query).map { "\(table): \($0[0].text ?? "")" }
        }
    }

    /// Opens a connection of its own, so that nothing of another one's is seen.
    init(of database: TestDatabase) throws {
        try self.init(of: database.connect())
    }

    /// What only this and what only the other dump has, for a test to print.
    func differences(from other: LogicalDump) -> [String] {
        let mine = Set(lines)
        let others = Set(other.lines)
        return mine.subtracting(others).sorted().map { "is:        \($0)" }
            + others.subtracting(mine).sorted().map { "should be: \($0)" }
    }

    private func tables(_ connection: any DatabaseConnection) throws -> [String] {
        let sql =
            switch connection.dialect {
            case .sqlite: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"
            case .postgresql: "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            }
        return try connection.query(sql).compactMap { $0[0].text }
    }

    private func rows(of table: String, _ connection: any DatabaseConnection) throws -> String {
        guard connection.dialect == .sqlite else {
            let omitted = table == Quarantine.kohakuHub.table ? " - 'id' - 'quarantined_at'" : ""
            return "SELECT (to_jsonb(t)\(omitted))::text FROM \(table.quotedIdentifier) AS t ORDER BY 1"
        }
        let omitted = table == Quarantine.kohakuHub.table ? ["id", "quarantined_at"] : []
        let columns = try connection.query("SELECT name FROM pragma_table_info($1)", [.text(table)])
            .compactMap { $0[0].text }.filter { !omitted.contains($0) }
        let values = columns.map { "quote(\($0.quotedIdentifier))" }
        return "SELECT \(values.joined(separator: " || ', ' || ")) FROM \(table.quotedIdentifier) ORDER BY 1"
    }

    private static let sqliteDefinitions = """
        SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema
        ORDER BY type, name
        """

    private static let postgresDefinitions = """
        WITH relation AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        SELECT 'relation ' || relname || ' ' || relkind::text || ' ' || coalesce(relacl::text, '') FROM relation
        UNION ALL
        SELECT 'column ' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
            || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' ' || pg_get_expr(adbin, adrelid), '')
        FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relkind = 'r'
        UNION ALL
        SELECT 'constraint ' || conname || ' of ' || conrelid::regclass || ': ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'view ' || viewname || ': ' || definition FROM pg_views WHERE schemaname = 'public'
        UNION ALL
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger AS t JOIN relation AS r ON r.oid = tgrelid
        WHERE NOT tgisinternal
        ORDER BY 1
        """
}
