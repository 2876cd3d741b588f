import Migrations

extension ForeignkeyRefactoring {
    /// Gives the old tables' columns the hub's types.
    func convertColumns(_ context: MigrationContext) throws {
        try storeGenerated(context)
        for (table, conversions) in try conversions(context) { try context.convert(conversions, of: table) }
    }

    /// Turns generated columns of the hub into ordinary ones with the same values: the hub writes them itself. SQLite
    /// copies them like others.
    private func storeGenerated(_ context: MigrationContext) throws {
        guard context.dialect == .postgresql else { return }
        for (table, types) in columnTypes(on: context.schema) {
            for (name, _) in types where context.schema.column(table, name)?.isGenerated == true {
                try context.execute(
                    "ALTER TABLE \(table.quotedIdentifier) ALTER COLUMN \(name.quotedIdentifier) DROP EXPRESSION")
            }
        }
        try context.refreshSchema()
    }
}
