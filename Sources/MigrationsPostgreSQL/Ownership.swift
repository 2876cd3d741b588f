import Migrations

/// The owner of the tables that a migration creates: that of the first existing table, whoever runs it. Otherwise the
/// application could not read what an administrator's upgrade created.
struct Ownership {
    private let connection: PostgresConnection
    /// The owner, `nil` when it is the connected role itself.
    private let owner: String?
    /// What the connected role owned before.
    private let before: Set<String>

    /// Records what is owned before anything is created.
    init(of tables: [String], on connection: PostgresConnection) throws {
        self.connection = connection
        let order = tables.map(\.quotedLiteral).joined(separator: ", ")
        owner = try connection.query(
            """
            SELECT CASE WHEN pg_get_userbyid(c.relowner) <> current_user THEN pg_get_userbyid(c.relowner) END
            FROM pg_class AS c WHERE \(connection.isAmong("c.oid", of: tables))
            ORDER BY array_position(ARRAY[\(order)]::name[], c.relname) LIMIT 1
            """
        ).first?[0].text
        before = owner == nil ? [] : try Set(Self.ownTables(on: connection))
    }

    /// Changes the owner of what was created since. Indexes and sequences follow their table.
    func apply() throws {
        guard let owner else { return }
        for table in try Self.ownTables(on: connection) where !before.contains(table) {
            try connection.execute("ALTER TABLE \(table) OWNER TO \(owner.quotedIdentifier)")
        }
    }

    /// The tables of the current schema that belong to the connected role, quoted.
    private static func ownTables(on connection: PostgresConnection) throws -> [String] {
        try connection.query(
            """
            SELECT c.oid::regclass::text FROM pg_class AS c
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = quote_ident(current_schema())::regnamespace
                AND pg_get_userbyid(c.relowner) = current_user
            ORDER BY 1
            """
        ).compactMap { $0[0].text }
    }
}
