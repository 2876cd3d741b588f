import Migrations

/// The schema of a database, as SQLite's pragmas and PostgreSQL's information schema tell it.
extension SchemaLines {
    init(of connection: any DatabaseConnection) throws {
        switch connection.dialect {
        case .sqlite: try readSQLite(connection)
        case .postgresql: try readPostgreSQL(connection)
        }
    }

    private mutating func readSQLite(_ connection: any DatabaseConnection) throws {
        let tables = try connection.query(
            """
            SELECT name, sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema
            WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> 'kohaku_quarantine'
            """)
        for row in tables {
            let table = row[0].text ?? ""
            if row[1].boolean == true { add(fact: "AUTOINCREMENT", of: table) }
            for column in try connection.query(
                #"SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info($1)"#, [row[0]])
            {
                add(
                    column: column[0].text ?? "", of: table, type: column[1].text ?? "",
                    nullable: column[2].boolean == false, key: column[4].boolean == true, default: column[3].text)
            }
            for index in try connection.query(#"SELECT name, "unique", origin FROM pragma_index_list($1)"#, [row[0]]) {
                // A column of which the index knows no name is a constant or an expression.
                let columns = try connection.query(
                    "SELECT coalesce(name, '?') FROM pragma_index_info($1) ORDER BY seqno", [index[0]]
                ).compactMap { $0[0].text }
                if index[2].text == "c" {
                    add(index: index[0].text ?? "", of: table, columns: columns, unique: index[1].boolean == true)
                } else if index[2].text == "u" {
                    add(fact: "UNIQUE constraint \(columns)", of: table)
                }
            }
            for key in try connection.query(
                #"SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list($1)"#, [row[0]])
            {
                add(
                    foreignKey: nil, of: table, column: key[0].text ?? "",
                    to: "\(key[1].text ?? "").\(key[2].text ?? "")", onDelete: key[3].text ?? "")
            }
        }
    }

    private mutating func readPostgreSQL(_ connection: any DatabaseConnection) throws {
        // Each view by itself: joined as they are, they take the server twenty times as long.
        let views = """
            WITH keys AS MATERIALIZED (
                SELECT table_name::text, constraint_name::text, column_name::text
                FROM information_schema.key_column_usage WHERE table_schema = 'public'
            ), constraints AS MATERIALIZED (
                SELECT table_name::text, constraint_name::text, constraint_type::text
                FROM information_schema.table_constraints
                WHERE table_schema = 'public' AND table_name <> 'kohaku_quarantine'
            ), "references" AS MATERIALIZED (
                SELECT constraint_name::text, unique_constraint_name::text, delete_rule::text
                FROM information_schema.referential_constraints WHERE constraint_schema = 'public'
            ), tables AS MATERIALIZED (
                SELECT table_name::text FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'kohaku_quarantine'
            ), columns AS MATERIALIZED (
                SELECT table_name::text, column_name::text, data_type || coalesce('(' || character_maximum_length || ')', ''),
                    is_nullable = 'YES', column_default::text
                FROM information_schema.columns WHERE table_schema = 'public'
            )
            """
        let columns = try connection.query(
            """
            \(views)
            SELECT columns.*, EXISTS (
                SELECT FROM keys JOIN constraints USING (table_name, constraint_name)
                WHERE constraint_type = 'PRIMARY KEY' AND table_name = columns.table_name AND column_name = columns.column_name)
            FROM columns JOIN tables USING (table_name)
            """)
        for row in columns {
            add(
                column: row[1].text ?? "", of: row[0].text ?? "", type: row[2].text ?? "",
                nullable: row[3].boolean == true, key: row[5].boolean == true, default: row[4].text)
        }
        let indexes = try connection.query(
            """
            SELECT tablename::text, indexname::text, indexdef LIKE 'CREATE UNIQUE%',
                replace(substring(indexdef FROM '\\((.*)\\)'), '"', '')
            FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'kohaku_quarantine'
                AND indexname NOT IN (SELECT constraint_name FROM information_schema.table_constraints)
            """)
        for row in indexes {
            add(
                index: row[1].text ?? "", of: row[0].text ?? "", columns: [row[3].text ?? ""],
                unique: row[2].boolean == true)
        }
        let constraints = try connection.query(
            """
            \(views)
            SELECT c.table_name, c.constraint_name, c.constraint_type, k.column_name, u.table_name || '.' || u.column_name,
                r.delete_rule
            FROM constraints AS c JOIN keys AS k USING (constraint_name)
            LEFT JOIN "references" AS r USING (constraint_name)
            LEFT JOIN keys AS u ON u.constraint_name = r.unique_constraint_name
            """)
        for row in constraints {
            let table = row[0].text ?? ""
            let name = row[1].text ?? ""
            switch row[2].text {
            case "FOREIGN KEY":
                add(
                    foreignKey: name, of: table, column: row[3].text ?? "", to: row[4].text ?? "",
                    onDelete: row[5].text ?? "")
            case "PRIMARY KEY": add(fact: "primary key \(name)", of: table)
            default: add(fact: "UNIQUE constraint \(row[3].text ?? "")", of: table)
            }
        }
    }
}
