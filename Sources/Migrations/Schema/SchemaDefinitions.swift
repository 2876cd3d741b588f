extension Schema.Column {
    /// The column as an SQL definition, for those that are carried along.
    public var definition: String {
        var sql = "\(name.quotedIdentifier) \(type)"
        if !isNullable { sql += " NOT NULL" }
        if let defaultValue {
            sql += isGenerated ? " GENERATED ALWAYS AS (\(defaultValue)) STORED" : " DEFAULT (\(defaultValue))"
        }
        if isPrimaryKey { sql += " PRIMARY KEY" }
        return sql
    }
}

extension Schema.ForeignKey {
    /// The foreign key as an SQL table constraint.
    public var definition: String {
        let from = columns.map(\.quotedIdentifier).joined(separator: ", ")
        let to = referencedColumns.map(\.quotedIdentifier).joined(separator: ", ")
        return (name.map { "CONSTRAINT \($0.quotedIdentifier) " } ?? "")
            + "FOREIGN KEY (\(from)) REFERENCES \(referencedRelation) (\(to))"
            + (match.map { " MATCH \($0)" } ?? "") + " ON DELETE \(onDelete)"
            + (onUpdate == "NO ACTION" ? "" : " ON UPDATE \(onUpdate)") + (deferrability.map { " \($0)" } ?? "")
    }
}

extension Schema.UniqueConstraint {
    /// The constraint in SQL.
    public var definition: String {
        "UNIQUE (\(columns.map(\.quotedIdentifier).joined(separator: ", ")))"
    }
}
