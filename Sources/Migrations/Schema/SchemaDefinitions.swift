extension Schema.Column {
    /// The column as an SQL definition, for those that are carried along.
    public var definition: String {
        var sql = "\(name.quotedIdentifier) \(type)"
        if !isNullable { sql += " NOT NULL" }
        if let defaultValue { sql += " DEFAULT \(defaultValue)" }
        if isPrimaryKey { sql += " PRIMARY KEY" }
        return sql
    }
}

extension Schema.ForeignKey {
    /// The foreign key as an SQL table constraint.
    public var definition: String {
        let from = columns.map(\.quotedIdentifier).joined(separator: ", ")
        let to = referencedColumns.map(\.quotedIdentifier).joined(separator: ", ")
        return "FOREIGN KEY (\(from)) REFERENCES \(referencedTable.quotedIdentifier) (\(to)) ON DELETE \(onDelete)"
    }
}

extension Schema.UniqueConstraint {
    /// The constraint in SQL.
    public var definition: String {
        "UNIQUE (\(columns.map(\.quotedIdentifier).joined(separator: ", ")))"
    }
}
