import Migrations

/// Organizations become users: their new ids, everybody's normalized names, and the invitations to them.
extension ForeignkeyRefactoring {
    /// The columns that hold the id of a user, living or long deleted.
    private static let userReferences = [
        ("user", "id"), ("emailverification", "user"), ("session", "user_id"), ("token", "user_id"),
        ("sshkey", "user_id"), ("userorganization", "user_id"), ("repository", "owner_id"), ("commit", "user_id"),
        ("invitation", "created_by"), ("invitation", "used_by"), ("emailverification", "user_id"),
        ("commit", "author_id"), ("invitation", "created_by_id"), ("invitation", "used_by_id"),
    ]

    /// The highest id that a user ever had, and where it stands.
    func highestUserID(_ database: MigrationContext) throws -> (id: Int64, holder: String) {
        var highest = (id: try database.connection.highestGivenID(in: "user"), holder: "the sequence of user")
        for (table, name) in Self.userReferences where database.schema.has(table, name) {
            let present = try database.connection.integer(
                database.dialect.spelling(
                    """
                    SELECT max(CAST(\(name.quotedIdentifier) AS BIGINT)) FROM \(table.quotedIdentifier) {unindexed}
                    """))
            if present > highest.id { highest = (present, "\(table).\(name)") }
        }
        return try roomForOrganizations(below: highest.id, database).map { (id: $0, holder: "user") } ?? highest
    }

    /// PostgreSQL's ids have 32 bits.
    private func highestPossibleID(_ database: MigrationContext) -> Int64 {
        database.dialect == .sqlite ? .max : Int64(Int32.max)
    }

    /// The id after which there is room for all organizations, above those of living users and not among ids that were ever
    /// somebody's; `nil` when that is the highest, or nowhere. Rows of no use may hold any id.
    private func roomForOrganizations(below highest: Int64, _ database: MigrationContext) throws -> Int64? {
        let organizations = try database.connection.countRows(in: "organization")
        let limit = highestPossibleID(database)
        guard highest > limit - organizations else { return nil }
        let given = Self.userReferences.filter { database.schema.has($0, $1) }.map { table, name in
            "SELECT CAST(\(name.quotedIdentifier) AS BIGINT) AS id FROM \(table.quotedIdentifier) {unindexed}"
        }
        let sequence = try database.connection.highestGivenID(in: "user")
        return try database.connection.query(
            database.dialect.spelling(
                #"""
                SELECT id FROM (
                    SELECT id, lead(id) OVER (ORDER BY id) AS following FROM (
                        SELECT \#(sequence) AS id UNION \#(given.joined(separator: " UNION "))
                    ) AS given WHERE id IS NOT NULL
                ) AS gaps
                WHERE id >= (SELECT coalesce(max("id"), 0) FROM "user" {unindexed}) AND id >= \#(sequence)
                    AND id <= \#(limit - organizations) AND coalesce(following > id + \#(organizations), true)
                ORDER BY id DESC LIMIT 1
                """#)
        ).first?[0].integer
    }

    /// Gives every organization an id above each that a user ever had. One above the present users would not do: it may be
    /// a deleted user's, whose tokens would then open the organization. One that an older upgrade made a user already is
    /// known by its name and keeps that id.
    func numberOrganizations(_ database: MigrationContext, above given: (id: Int64, holder: String)) throws {
        let (highest, holder) = given
        let organizations = try database.connection.countRows(in: "organization")
        let limit = highestPossibleID(database)
        guard highest <= limit - organizations else {
            throw MigrationError(
                .checkFailed,
                "organizations get ids above every id of a user, and \(holder) holds \(highest): there is no room above it",
                nextStep:
                    "Nothing was changed. Correct the rows with such ids, or set the sequence back, then run again.")
        }
        try database.createTemporaryTable("kohaku_highest", "highest INTEGER NOT NULL", from: "SELECT \(highest)")
        try database.createTemporaryTable(
            "kohaku_organization",
            "old_id INTEGER PRIMARY KEY, new_id INTEGER NOT NULL, is_new INTEGER NOT NULL",
            from: #"""
                SELECT g."id", coalesce(u."id", \#(highest) + row_number() OVER (
                    ORDER BY CASE WHEN u."id" IS NULL THEN 0 ELSE 1 END, g."id")),
                    CASE WHEN u."id" IS NULL THEN 1 ELSE 0 END
                FROM "organization" AS g {unindexed} LEFT JOIN "user" AS u
                    ON u."username" = g."name" AND \#(Self.isOrganization("u", database.schema))
                ORDER BY g."id"
                """#)
        // What an organization's id means in a membership or an invitation: the one it had, or that of a user already.
        try database.createTemporaryTable(
            "kohaku_organization_id", "given_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL",
            from: #"""
                SELECT old_id, new_id FROM kohaku_organization
                UNION ALL
                SELECT u."id", u."id" FROM "user" AS u {unindexed} WHERE \#(Self.isOrganization("u", database.schema))
                    AND NOT EXISTS (SELECT 1 FROM kohaku_organization AS o WHERE o.old_id = u."id")
                """#)
    }

    /// Gathers everybody who will be a user. Normalized names are computed in Swift: lower-casing differs between databases.
    func nameUsers(_ database: MigrationContext) throws {
        // Users first, then organizations, by id: the order of their right to a normalized name.
        let everybody = #"""
            SELECT id, name, is_org FROM (
                SELECT u."id" AS id, u."username" AS name,
                    CASE WHEN \#(Self.isOrganization("u", database.schema)) THEN 1 ELSE 0 END AS is_org
                FROM "user" AS u {unindexed}
                UNION ALL
                SELECT o.new_id, g."name", 1 FROM "organization" AS g {unindexed}
                    JOIN kohaku_organization AS o ON o.old_id = g."id" AND o.is_new = 1
            ) AS names ORDER BY is_org, id
            """#
        let users = try database.connection.query(database.dialect.spelling(everybody))
        let names = users.map { (id: $0[0].integer ?? 0, name: $0[1].text ?? "") }
        let normalized = Dictionary(NormalizedName.assign(to: names).map { ($0.id, $0.normalizedName) }) { first, _ in
            first
        }
        try database.execute(
            """
            CREATE TEMPORARY TABLE kohaku_user (
                user_id INTEGER PRIMARY KEY, username VARCHAR(255) NOT NULL, is_org INTEGER NOT NULL,
                normalized_name VARCHAR(255) NOT NULL)
            """)
        try database.insert(
            into: "kohaku_user",
            users.map { row in [row[0], row[1], row[2], .text(normalized[row[0].integer ?? 0] ?? "")] })
        try database.execute("CREATE INDEX kohaku_user_username ON kohaku_user (username)")
    }

    /// Ids that PostgreSQL gives from now on lie above all that were ever given, also to users who are long deleted. SQLite
    /// gives one above the highest present.
    func advanceSequences(_ database: MigrationContext) throws {
        let highest = try database.connection.integer("SELECT max(highest) FROM kohaku_highest")
        for rewrite in Self.rewrites where database.hasTable(rewrite.table) {
            try database.connection.advanceSequence(of: rewrite.table, past: rewrite.table == "user" ? highest : 0)
        }
    }

    func dropOrganizations(_ database: MigrationContext) throws {
        guard database.hasTable("organization") else { return }
        var report = TableReport(table: "organization")
        report.rowsIn = try database.connection.countRows(in: "organization")
        report.moved = try database.connection.integer(
            database.dialect.spelling(
                #"""
                SELECT count(*) FROM "organization" AS g {unindexed} JOIN kohaku_organization AS o ON o.old_id = g."id"
                    JOIN "user" AS u ON u."id" = o.new_id
                """#))
        try database.report(report)
        try database.execute(#"DROP TABLE "organization""#)
        try database.refreshSchema()
    }

    /// Finds the invitations that name an organization: with its new id, or without parameters when it is gone.
    func remapInvitations(_ database: MigrationContext) throws {
        var organizations: [Int64: Int64] = [:]
        try database.connection.forEachRow("SELECT given_id, user_id FROM kohaku_organization_id", []) { row in
            organizations[row[0].integer ?? 0] = row[1].integer
        }
        var changed: [[DatabaseValue]] = []
        var unreadable: [[DatabaseValue]] = []
        let invitations = #"""
            SELECT "id", "parameters" FROM "invitation" {unindexed}
            WHERE "action" IN ('join_org', 'register_account') ORDER BY "id"
            """#
        try database.connection.forEachRow(database.dialect.spelling(invitations), []) { row in
            guard let parameters = row[1].text.flatMap(InvitationParameters.init) else {
                return unreadable.append([row[0]])
            }
            guard let organization = parameters.organizationID else { return }
            let user = organizations[organization]
            let remapped = user.map { parameters.replacingOrganization(by: $0) }
            changed.append([
                row[0], .integer(organization), remapped.map { .text($0) } ?? .null, user.map { .integer($0) } ?? .null,
            ])
        }
        try database.execute(
            """
            CREATE TEMPORARY TABLE kohaku_invitation
                (invitation_id INTEGER PRIMARY KEY, given_id {bigint}, parameters TEXT, organization_id INTEGER)
            """)
        try database.insert(into: "kohaku_invitation", changed)
        try database.execute("CREATE TEMPORARY TABLE kohaku_unreadable (invitation_id INTEGER PRIMARY KEY)")
        try database.insert(into: "kohaku_unreadable", unreadable)
    }
}
