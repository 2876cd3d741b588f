import Migrations

/// Organizations become users: their new ids, and everybody's normalized names.
extension ForeignkeyRefactoring {
    /// The columns that hold ids of users, living or long deleted; what references users says so itself.
    private func userColumns(of schema: Schema) -> [(table: String, column: String)] {
        schema.tables.values.sorted { $0.name < $1.name }.flatMap { table in
            let known = HubTable.rewritten.first { $0.name == table.name }?.userColumns ?? []
            let references = table.foreignKeys.filter { $0.referencedTable == "user" && $0.columns.count == 1 }
            return Set(known.filter { table.column($0) != nil } + references.flatMap(\.columns)).sorted()
                .map { (table.name, $0) }
        }
    }

    /// The id above which organizations get theirs, and the column that holds it: the highest of all, or, where no room is left
    /// above it, the last one before a gap above all existing users.
    func highestUserID(_ context: MigrationContext) throws -> (id: Int64, holder: String) {
        var highest = (id: try context.connection.lastAssignedID(in: "user"), holder: "the sequence of user")
        for (table, column) in userColumns(of: context.schema) {
            let present = try context.connection.integer(
                "SELECT max(CAST(\(column.quotedIdentifier) AS BIGINT)) FROM \(table.quotedIdentifier) "
                    + context.dialect.unindexed)
            if present > highest.id { highest = (present, "\(table).\(column)") }
        }
        return try roomForOrganizations(below: highest.id, context).map { (id: $0, holder: "user") } ?? highest
    }

    /// PostgreSQL's ids are 32-bit integers.
    func highestPossibleID(_ context: MigrationContext) -> Int64 {
        context.dialect == .sqlite ? .max : Int64(Int32.max)
    }

    /// The id after which all organizations fit, above those of existing users and not among ids that were ever
    /// assigned; `nil` when that is the highest, or there is none. Rows without an owner may have any id.
    private func roomForOrganizations(below highest: Int64, _ context: MigrationContext) throws -> Int64? {
        guard context.hasTable("organization") else { return nil }
        let organizations = try context.connection.countRows(in: "organization")
        let limit = highestPossibleID(context)
        guard highest > limit - organizations else { return nil }
        let given = userColumns(of: context.schema).map { table, column in
            "SELECT CAST(\(column.quotedIdentifier) AS BIGINT) AS id FROM \(table.quotedIdentifier) {unindexed}"
        }
        let sequence = try context.connection.lastAssignedID(in: "user")
        return try context.connection.query(
            context.dialect.spelling(
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

    /// Gives every organization an id above each that a user ever had. One above the existing users could be a deleted
    /// user's, whose tokens would then open the organization. An organization that an older upgrade already made a user
    /// is recognized by its name and keeps that id.
    func numberOrganizations(_ context: MigrationContext, above given: (id: Int64, holder: String)) throws {
        let (highest, holder) = given
        let organizations = try context.connection.countRows(in: "organization")
        let limit = highestPossibleID(context)
        guard highest <= limit - organizations else {
            throw MigrationError(
                .checkFailed,
                "organizations get ids above every id of a user, and \(holder) holds \(highest): no id above it is left",
                nextStep:
                    "Nothing was changed. Correct the rows with such ids, or reset the sequence, then run again.")
        }
        try context.create(.highest, from: "SELECT \(highest)")
        try context.create(
            .organization,
            from: #"""
                SELECT organization."id", coalesce(account."id", \#(highest) + row_number() OVER (
                    ORDER BY CASE WHEN account."id" IS NULL THEN 0 ELSE 1 END, organization."id")),
                    CASE WHEN account."id" IS NULL THEN 1 ELSE 0 END
                FROM "organization" AS organization {unindexed} LEFT JOIN "user" AS account
                    ON account."username" = organization."name" AND \#(Self.isOrganization("account", context.schema))
                ORDER BY organization."id"
                """#)
        try context.create(
            .organizationID,
            from: #"""
                SELECT old_id, new_id FROM kohaku_organization
                UNION ALL
                SELECT account."id", account."id" FROM "user" AS account {unindexed}
                WHERE \#(Self.isOrganization("account", context.schema))
                    AND NOT EXISTS (SELECT 1 FROM kohaku_organization AS merged WHERE merged.old_id = account."id")
                """#)
    }

    /// Finds the ids that are one organization's old one and another's new one. Where the database itself still ties
    /// memberships to the old table, the older upgrade has rewritten none, and they are old.
    func findAmbiguous(_ context: MigrationContext) throws {
        let isTied =
            context.dialect == .postgresql
            && context.schema.tables["userorganization"]?.foreignKeys
                .contains { $0.referencedTable == "organization" } == true
        try context.create(
            .ambiguous,
            from: #"""
                SELECT merged.old_id FROM kohaku_organization AS merged
                    JOIN "user" AS account ON account."id" = merged.old_id
                WHERE merged.new_id <> merged.old_id
                    AND \#(isTied ? "false" : Self.isOrganization("account", context.schema))
                """#)
    }

    /// Collects all future users. Normalized names are computed in Swift, as lower-casing differs between databases.
    func nameUsers(_ context: MigrationContext) throws {
        // Users first, then organizations, by id: the order of their right to a normalized name. SQLite may have a blob there.
        let everybody = #"""
            SELECT id, name, is_org FROM (
                SELECT account."id" AS id, CAST(account."username" AS TEXT) AS name,
                    CASE WHEN \#(Self.isOrganization("account", context.schema)) THEN 1 ELSE 0 END AS is_org
                FROM "user" AS account {unindexed}
                UNION ALL
                SELECT merged.new_id, CAST(organization."name" AS TEXT), 1 FROM "organization" AS organization {unindexed}
                    JOIN kohaku_organization AS merged ON merged.old_id = organization."id" AND merged.is_new = 1
            ) AS names ORDER BY is_org, id
            """#
        var users: [(id: Int64, name: String)] = []
        var people = 0
        try context.connection.forEachRow(context.dialect.spelling(everybody), []) { row in
            try users.append((row.integer(0), row.text(1)))
            if row[2].integer == 0 { people += 1 }
        }
        // Lazily: there is no list of the pairs in between, which many names would fill.
        let normalized = Dictionary(NormalizedName.assign(to: users).lazy.map { ($0.id, $0.normalizedName) }) {
            first, _ in
            first
        }
        try context.create(
            .user,
            users.indices.lazy.map { place in
                let (id, name) = users[place]
                return [
                    .integer(id), .text(name), .integer(place < people ? 0 : 1),
                    normalized[id].map { .text($0) } ?? .null,
                ]
            })
        try context.execute("CREATE INDEX kohaku_user_username ON kohaku_user (username)")
    }
}
