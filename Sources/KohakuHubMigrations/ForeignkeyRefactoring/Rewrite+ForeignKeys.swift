import Migrations

extension ForeignkeyRefactoring {
    /// Drops the foreign keys while the tables are rewritten, and returns the operator's, which are restored.
    func suspendForeignKeys(_ context: MigrationContext) throws -> [SuspendedForeignKey] {
        let tables = Self.rewrites.map(\.table) + ["organization"]
        let suspended = try context.connection.suspendForeignKeys(of: tables)
        try context.refreshSchema(of: Set(suspended.map(\.table)))
        return suspended.filter { key in
            guard let rewrite = Self.rewrites.first(where: { $0.table == key.table }) else {
                return key.table != "organization"
            }
            return Set(rewrite.columns.map(\.name) + rewrite.replacedColumns).isDisjoint(with: key.columns)
        }
    }
}
