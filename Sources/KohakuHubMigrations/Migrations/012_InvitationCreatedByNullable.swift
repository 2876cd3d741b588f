public import Migrations

/// Lets an invitation outlive the account that created it.
public struct InvitationCreatedByNullable: Migration {
    public let signature = Signature.nullable("invitation", "created_by_id")

    /// Only this puts invitations back from quarantine.
    public let canRunLate = true

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumn(#""created_by_id" INTEGER"#, to: "invitation")
        try context.alterTable("invitation", columns: #""created_by_id" INTEGER"#)
        try context.execute(
            #"""
            UPDATE "invitation" SET "created_by_id" = NULL
            WHERE "created_by_id" IN (
                SELECT i."created_by_id" FROM "invitation" AS i LEFT JOIN "user" AS u ON u."id" = i."created_by_id"
                WHERE i."created_by_id" IS NOT NULL AND u."id" IS NULL)
            """#)
        try releaseInvitations(context)
    }

    /// Puts back the invitations that 008 quarantined because their creator no longer existed.
    private func releaseInvitations(_ context: MigrationContext) throws {
        var waiting: [(row: QuarantinedRow, invitation: InvitationWithoutCreator)] = []
        try context.quarantine.forEachRow(of: context.connection) { row in
            if let invitation = InvitationWithoutCreator(row) { waiting.append((row, invitation)) }
        }
        guard !waiting.isEmpty else { return }
        var report = TableReport(table: "invitation")
        report.rowsIn = try context.connection.countRows(in: "invitation")
        let released = try waiting.filter { try insert($0.row, $0.invitation, context) }
        try context.quarantine.delete(released.map(\.row.id), from: context.connection)
        try context.connection.advanceSequence(of: "invitation", past: 0)
        report.merged = Int64(released.count)
        report.rowsOut = try context.connection.countRows(in: "invitation")
        try context.report(report)
    }

    /// Inserts one, and returns whether it could: a new invitation may have its token.
    private func insert(
        _ row: QuarantinedRow, _ invitation: InvitationWithoutCreator, _ context: MigrationContext
    ) throws -> Bool {
        guard var values = FlatJSONObject.values(row.json, for: context.dialect),
            try count(#"SELECT count(*) FROM "invitation" WHERE "token" = $1"#, values["token"], context) == 0
        else { return false }
        values["created_by"] = nil
        values["used_by_id"] = values.removeValue(forKey: "used_by")
        if try count(#"SELECT count(*) FROM "user" WHERE "id" = $1"#, values["used_by_id"], context) == 0 {
            values["used_by_id"] = nil
        }
        if try count(#"SELECT count(*) FROM "invitation" WHERE "id" = $1"#, values["id"], context) > 0 {
            values["id"] = nil
        }
        if values["usage_count"]?.integer == nil { values["usage_count"] = 0 }
        if let organization = invitation.organization, let text = values["parameters"]?.text {
            values["parameters"] = InvitationParameters(text).map {
                .text($0.replacingOrganization(by: organization))
            }
        }
        let names = values.keys.filter { context.schema.has("invitation", $0) }.sorted()
        try context.execute(
            """
            INSERT INTO "invitation" (\(names.map(\.quotedIdentifier).joined(separator: ", ")))
            \(context.dialect.keepingIDs) VALUES (\(names.indices.map { "$\($0 + 1)" }.joined(separator: ", ")))
            """, names.map { values[$0] ?? .null })
        return true
    }

    private func count(_ query: String, _ value: DatabaseValue?, _ context: MigrationContext) throws -> Int64 {
        try context.connection.integer(query, [value ?? .null])
    }
}
