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
        let columns = try connection.query(
            """
            SELECT c.table_name::text, c.column_name::text,
                c.data_type || coalesce('(' || c.character_maximum_length || ')', ''), c.is_nullable = 'YES',
                c.column_default::text, k.column_name IS NOT NULL
            FROM information_schema.columns AS c
            JOIN information_schema.tables AS t USING (table_schema, table_name)
            LEFT JOIN (information_schema.key_column_usage AS k
                JOIN information_schema.table_constraints AS p
                    ON p.constraint_name = k.constraint_name AND p.constraint_type = 'PRIMARY KEY')
                ON k.table_name = c.table_name AND k.column_name = c.column_name
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND t.table_name <> 'kohaku_quarantine'
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
            SELECT t.table_name::text, t.constraint_name::text, t.constraint_type, k.column_name::text,
                u.table_name || '.' || u.column_name, r.delete_rule
            FROM information_schema.table_constraints AS t
            JOIN information_schema.key_column_usage AS k USING (constraint_name)
            LEFT JOIN information_schema.referential_constraints AS r USING (constraint_name)
            LEFT JOIN information_schema.key_column_usage AS u ON u.constraint_name = r.unique_constraint_name
            WHERE t.table_schema = 'public' AND t.table_name <> 'kohaku_quarantine'
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
