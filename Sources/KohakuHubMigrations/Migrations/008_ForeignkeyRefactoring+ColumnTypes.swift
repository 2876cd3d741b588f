import Migrations

/// Columns of PostgreSQL that hold the hub's values in other types than the hub gave them, as tools leave them that convert
/// databases. Decisions and copies would fail on them.
extension ForeignkeyRefactoring {
    func columnTypeFinding(_ schema: Schema) -> Finding? {
        guard schema.dialect == .postgresql else { return nil }
        let statements = Self.rewrites.flatMap { rewrite in
            rewrite.columns.compactMap { column in
                schema.column(rewrite.table, column.name).flatMap {
                    Self.conversion(of: $0, in: rewrite.table, to: column.sql)
                }
            }
        }
        guard !statements.isEmpty else { return nil }
        return Finding(
            .error, code: "column_type", table: "", count: Int64(statements.count),
            message:
                "\(statements.count) column(s) have a type that the hub did not give them, and have to be converted.",
            examples: statements, action: "Stop the hub, make a backup, execute these statements, and run again.")
    }

    /// The statement that gives a column its type; `nil` when its values can be copied as they are.
    private static func conversion(of present: Schema.Column, in table: String, to definition: String) -> String? {
        let name = present.name.quotedIdentifier
        let isNumber = ["smallint", "integer", "bigint", "numeric"].contains(present.type)
        let isText = present.type == "text" || present.type.hasPrefix("character")
        let type: String
        let value: String
        if definition.contains("{boolean}"), isNumber || isText {
            (type, value) = ("boolean", isNumber ? "\(name) <> 0" : "\(name)::boolean")
        } else if definition.contains("{blob}"), isText {
            (type, value) = ("bytea", "decode(\(name), 'base64')")
        } else if definition.contains("VARCHAR") || definition.contains("TEXT"),
            present.type.hasPrefix("character(") || present.type.hasPrefix("json")
        {
            (type, value) = ("text", "\(name)::text")
        } else {
            return nil
        }
        let dropDefault = present.defaultValue == nil ? "" : "ALTER COLUMN \(name) DROP DEFAULT, "
        return "ALTER TABLE \(table.quotedIdentifier) \(dropDefault)ALTER COLUMN \(name) TYPE \(type) USING \(value)"
    }
}
