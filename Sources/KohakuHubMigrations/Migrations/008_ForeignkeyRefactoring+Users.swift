import Migrations

/// Organizations become users: their new ids, everybody's normalized names, and the invitations to them.
extension ForeignkeyRefactoring {
    /// The columns that hold the id of a user, living or long deleted.
    private static let userReferences = [
        ("user", "id"), ("emailverification", "user"), ("session", "user_id"), ("token", "user_id"),
        ("sshkey", "user_id"), ("userorganization", "user_id"), ("repository", "owner_id"), ("commit", "user_id"),
        ("invitation", "created_by"), ("invitation", "used_by"),
    ]

    /// Gives every organization an id above each that a user ever had. One above the present users would not do: it may be
    /// a deleted user's, whose tokens would then open the organization.
    func numberOrganizations(_ database: MigrationContext) throws {
        var highest = try database.connection.highestGivenID(in: "user")
        for (table, column) in Self.userReferences {
            let column = column.quotedIdentifier
            highest = max(
                highest, try database.connection.integer("SELECT max(\(column)) FROM \(table.quotedIdentifier)"))
        }
        try database.createTemporaryTable(
            "kohaku_organization", "old_id INTEGER PRIMARY KEY, new_id INTEGER NOT NULL",
            from: #"SELECT "id", \#(highest) + row_number() OVER (ORDER BY "id") FROM "organization" ORDER BY "id""#)
        try database.connection.advanceSequence(of: "user", past: highest)
    }

    /// Computes the normalized names in Swift: lower-casing differs between databases.
    func normalizeNames(_ database: MigrationContext) throws {
        let names = NormalizedName.assign(to: try names(database))
        try database.execute(
            "CREATE TEMPORARY TABLE kohaku_name (user_id INTEGER PRIMARY KEY, normalized_name VARCHAR(255) NOT NULL)")
        try database.insert(
            into: "kohaku_name", names.map { [.integer($0.id), .text($0.normalizedName)] })
    }

    /// All names in the order of their right to a normalized form: users first, then organizations, by id.
    func names(_ database: MigrationContext) throws -> [(id: Int64, name: String)] {
        try database.connection.query(
            #"""
            SELECT "id", "username" FROM (
                SELECT 0 AS place, "id", "username" FROM "user"
                UNION ALL
                SELECT 1, o.new_id, g."name" FROM "organization" AS g JOIN kohaku_organization AS o ON o.old_id = g."id"
            ) AS names ORDER BY place, "id"
            """#
        ).map { ($0[0].integer ?? 0, $0[1].text ?? "") }
    }

    func dropOrganizations(_ database: MigrationContext) throws {
        var report = TableReport(table: "organization")
        report.rowsIn = try database.connection.countRows(in: "organization")
        report.moved = try database.connection.integer(
            #"SELECT count(*) FROM "user" WHERE "id" IN (SELECT new_id FROM kohaku_organization)"#)
        try database.report(report)
        try database.execute(#"DROP TABLE "organization""#)
        try database.refreshSchema()
    }

    /// Finds the invitations that name an organization: with its new id, or without parameters when it is gone.
    func remapInvitations(_ database: MigrationContext) throws {
        var organizations: [Int64: Int64] = [:]
        try database.connection.forEachRow("SELECT old_id, new_id FROM kohaku_organization", []) { row in
            organizations[row[0].integer ?? 0] = row[1].integer
        }
        var changed: [[DatabaseValue]] = []
        try database.connection.forEachRow(
            #"""
            SELECT "id", "parameters" FROM "invitation"
            WHERE "action" IN ('join_org', 'register_account') ORDER BY "id"
            """#, []
        ) { row in
            guard let parameters = row[1].text.flatMap(InvitationParameters.init),
                let organization = parameters.organizationID
            else { return }
            let remapped = organizations[organization].map { parameters.replacingOrganization(by: $0) }
            changed.append([row[0], remapped.map { .text($0) } ?? .null])
        }
        try database.execute(
            "CREATE TEMPORARY TABLE kohaku_invitation (invitation_id INTEGER PRIMARY KEY, parameters TEXT)")
        try database.insert(into: "kohaku_invitation", changed)
    }

    /// A user and an organization of one name: nothing tells which of them the name should stay with.
    func checkNames(_ database: MigrationContext) throws -> [Finding] {
        guard database.hasTable("organization") else { return [] }
        var examples: [String] = []
        var count: Int64 = 0
        try database.connection.forEachRow(
            #"""
            SELECT u."username", u."id", g."id" FROM "user" AS u JOIN "organization" AS g ON g."name" = u."username"
            ORDER BY u."id"
            """#, []
        ) { row in
            count += 1
            let name = row[0].text ?? ""
            examples.append("\"\(name)\": user \(row[1].integer ?? 0) and organization \(row[2].integer ?? 0)")
        }
        guard count > 0 else { return [] }
        return [
            Finding(
                .error,
                code: "name_collision",
                table: "user",
                count: count,
                message: "\(count) name(s) belong to a user and to an organization. Organizations become users, and a "
                    + "name belongs to one user only.",
                examples: examples,
                action: "Rename one of each pair, in its own table and in its repositories (namespace and full_id), or "
                    + "delete the one that is not needed."
            )
        ]
    }
}
