import Migrations

/// Decisions read the old form of every table. If a table is missing or in its new form, a temporary one replaces it.
extension ForeignkeyRefactoring {
    /// The tables that get a placeholder, and its columns.
    private func placeholders(on schema: Schema) -> [(name: String, columns: String)] {
        HubTable.all.filter { !$0.isOld(on: schema) }
            .compactMap { table in table.placeholder.map { (table.name, $0) } }.sorted { $0.name < $1.name }
    }

    /// Creates the placeholders. They are empty, except for new invitations beside organizations none of which is a
    /// user yet: these have old ids too.
    func createPlaceholders(_ context: MigrationContext) throws {
        for table in placeholders(on: context.schema) {
            if table.name == "invitation", try hasOldInvitations(context) {
                try context.execute(
                    #"""
                    CREATE TEMPORARY TABLE "invitation" AS
                    SELECT "id", "action", "parameters", CAST(NULL AS INTEGER) AS "created_by",
                        CAST(NULL AS INTEGER) AS "used_by" FROM "invitation"
                    """#)
                continue
            }
            try context.execute(
                "CREATE TEMPORARY TABLE \(table.name.quotedIdentifier) (id INTEGER, \(table.columns))")
        }
    }

    /// Whether a table of invitations that is in its new form was written while organizations had their old ids.
    private func hasOldInvitations(_ context: MigrationContext) throws -> Bool {
        guard context.schema.has("invitation", "parameters"), context.hasTable("organization") else { return false }
        let isMerged = Self.isOrganization("account", context.schema)
        return try context.connection.integer(
            #"SELECT count(*) FROM "user" AS account WHERE \#(isMerged)"#) == 0
    }

    func dropPlaceholders(_ context: MigrationContext) throws {
        for table in placeholders(on: context.schema) {
            try context.execute("DROP TABLE \(context.temporarySchema).\(table.name.quotedIdentifier)")
        }
    }
}
