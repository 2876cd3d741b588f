public import Migrations

/// Databases in which an older upgrade began this change and stopped, or made new tables beside old ones. What 008 does to
/// a table is the same there: it starts from the columns that are there.
extension ForeignkeyRefactoring {
    /// The column by which a table is still to be rewritten; the tables that are not named here always are.
    static let oldColumns = [
        "emailverification": "user", "file": "repo_full_id", "stagingupload": "repo_full_id",
        "lfsobjecthistory": "repo_full_id", "commit": "repo_full_id", "invitation": "created_by",
    ]

    /// The columns that 008 adds.
    private static let newColumns = [
        "user": ["is_org", "normalized_name", "description"], "emailverification": ["user_id"],
        "file": ["repository_id", "owner_id"], "stagingupload": ["repository_id", "uploader_id"],
        "lfsobjecthistory": ["repository_id", "file_id"], "commit": ["repository_id", "author_id", "owner_id"],
        "invitation": ["created_by_id", "used_by_id"],
    ]

    public func remains(on schema: Schema) throws -> String? {
        let begun = Signature.any([
            .column("user", "is_org"), .column("user", "normalized_name"), .column("file", "repository_id"),
            .column("file", "owner_id"), .not(.table("organization")),
        ])
        guard try begun.holds(on: schema), try !signature.holds(on: schema) else { return nil }
        let changed = Self.newColumns.filter { table, columns in columns.contains { schema.has(table, $0) } }
        let organizations =
            schema.tables["organization"] == nil
            ? "the table of organizations is gone" : "organizations still have a table of their own"
        return "\(organizations), and new columns are in \(changed.count) of \(Self.newColumns.count) tables"
    }

    /// Whether a table is there and not in its new form.
    static func isOld(_ table: String, _ schema: Schema) -> Bool {
        schema.tables[table] != nil && (oldColumns[table].map { schema.has(table, $0) } ?? true)
    }

    /// Whether a user is an organization already, as a condition on a row of `user`.
    static func isOrganization(_ alias: String, _ schema: Schema) -> String {
        schema.has("user", "is_org") ? #"coalesce(\#(alias)."is_org" = true, false)"# : "false"
    }

    /// Does what older migrations would have done: an older upgrade may have gone past them, or stopped in one that its
    /// signature shows already. Each changes nothing where its change is there.
    func makeUpForOlder(_ database: MigrationContext) throws {
        let older: [any Migration] = [
            UserOrgQuotas(), CommitTable(), RepoQuotas(), ProfilesAndInvitations(), InvitationMultiUse(),
            AvatarSupport(),
        ]
        for migration in older { try migration.migrate(database) }
    }

    /// Stands tables in for those that are missing or in their new form, so that decisions find old columns only. They are
    /// empty, but for new invitations beside organizations of which none is a user yet: these have old ids too.
    /// - Returns: Their names.
    func createStandIns(_ database: MigrationContext) throws -> [String] {
        let standIns = [
            "organization": "name TEXT", "userorganization": "user_id INTEGER, organization_id INTEGER",
            "file": "repo_full_id TEXT, path_in_repo TEXT, sha256 TEXT, lfs {boolean}, updated_at {timestamp}",
            "stagingupload": "repo_full_id TEXT, repo_type TEXT, path_in_repo TEXT, sha256 TEXT",
            "lfsobjecthistory": "repo_full_id TEXT, path_in_repo TEXT, sha256 TEXT, commit_id TEXT",
            "commit": "commit_id TEXT, repo_full_id TEXT, repo_type TEXT, user_id INTEGER, created_at {timestamp}",
            "invitation": "action TEXT, parameters TEXT, created_by INTEGER, used_by INTEGER",
        ]
        let names = standIns.keys.filter { !Self.isOld($0, database.schema) }.sorted()
        for name in names {
            if name == "invitation", try hasOldInvitations(database) {
                try database.execute(
                    #"""
                    CREATE TEMPORARY TABLE "invitation" AS
                    SELECT "id", "action", "parameters", CAST(NULL AS INTEGER) AS "created_by", CAST(NULL AS INTEGER) AS "used_by" FROM "invitation"
                    """#)
                continue
            }
            try database.execute(
                "CREATE TEMPORARY TABLE \(name.quotedIdentifier) (id INTEGER, \(standIns[name] ?? ""))")
        }
        return names
    }

    /// Whether a table of invitations that is in its new form was written while organizations had their old ids.
    private func hasOldInvitations(_ database: MigrationContext) throws -> Bool {
        guard database.schema.has("invitation", "parameters"), database.hasTable("organization") else { return false }
        let isMerged = Self.isOrganization("u", database.schema)
        return try database.connection.integer(#"SELECT count(*) FROM "user" AS u WHERE \#(isMerged)"#) == 0
    }

    /// Gives invitations that are in their new form the organizations' new ids.
    func remapNewInvitations(_ database: MigrationContext) throws {
        guard database.hasTable("invitation"), !Self.isOld("invitation", database.schema) else { return }
        try database.execute(
            #"""
            UPDATE "invitation" SET "parameters" = (
                SELECT i.parameters FROM kohaku_invitation AS i WHERE i.invitation_id = "invitation"."id")
            WHERE "id" IN (SELECT invitation_id FROM kohaku_invitation WHERE parameters IS NOT NULL)
            """#)
    }

    func dropStandIns(_ names: [String], _ database: MigrationContext) throws {
        let temporary = database.dialect == .sqlite ? "temp" : "pg_temp"
        for name in names { try database.execute("DROP TABLE \(temporary).\(name.quotedIdentifier)") }
    }

    /// What goes to quarantine of tables that are in their new form already: rows of a repository that cannot stay, and
    /// invitations to organizations that are gone.
    static func belongings(on schema: Schema) -> [TableRewrite] {
        let new = rewrites.map(\.table).filter { schema.tables[$0] != nil && !isOld($0, schema) }
        let invitations = TableRewrite(
            "invitation", columns: "", indexes: "", quarantine: Array(invitation.quarantine.prefix(1)))
        return (new.contains("invitation") ? [invitations] : [])
            + (new + ["repositorylike", "downloadsession", "dailyrepostats"]).compactMap { table in
                guard schema.has(table, "repository_id") else { return nil }
                return TableRewrite(
                    table, columns: "", indexes: "",
                    quarantine: [
                        .rows(
                            where: .isOwnerless(#"old."repository_id""#),
                            reason: #"'repository ' || old."repository_id" || ' is in quarantine'"#,
                            summary: "their repository goes to quarantine")
                    ])
            }
    }

    func quarantineBelongings(_ database: MigrationContext) throws {
        for belonging in Self.belongings(on: database.schema) {
            guard let table = database.schema.tables[belonging.table] else { continue }
            try database.quarantineReporting(from: table, rules: belonging.quarantine)
        }
    }

    /// An organization that is a user already gets what its own table says, for that is where the application wrote last.
    func completeMerged(_ database: MigrationContext) throws {
        let merged = try database.connection.integer("SELECT count(*) FROM kohaku_organization WHERE is_new = 0")
        guard merged > 0, let columns = database.schema.tables["organization"]?.columns else { return }
        let assignments = columns.map(\.name).filter { name in
            !["id", "name", "created_at"].contains(name) && database.schema.has("user", name)
        }.map { name in
            let column = name.quotedIdentifier
            return """
                \(column) = coalesce((SELECT g.\(column) FROM "organization" AS g
                    JOIN kohaku_organization AS o ON o.old_id = g."id" WHERE o.new_id = "user"."id"), \(column))
                """
        }
        try database.execute(
            """
            UPDATE "user" SET \(assignments.joined(separator: ", "))
            WHERE "id" IN (SELECT new_id FROM kohaku_organization WHERE is_new = 0)
            """)
    }

    /// An organization uses no invitation: where an older upgrade has given it a deleted user's id, that is who used it.
    func clearOrganizations(_ database: MigrationContext) throws {
        guard database.schema.has("invitation", "used_by_id") else { return }
        try database.execute(
            #"""
            UPDATE "invitation" SET "used_by_id" = NULL
            WHERE "used_by_id" IN (SELECT user_id FROM kohaku_user WHERE is_org = 1)
            """#)
    }

    /// The rewrite of a table as it is: without rows of a table that is gone, with the uploaders and the big sizes that are
    /// known, and without rows that lack what the new table requires.
    func rewrite(_ rewrite: TableRewrite, on schema: Schema) -> TableRewrite {
        var rewrite = rewrite
        rewrite.sources.removeAll { source in
            if case .merged(let table) = source.kind { schema.tables[table] == nil } else { false }
        }
        if rewrite.table == "stagingupload", schema.has("stagingupload", "uploader_id") {
            rewrite.sources[0].values["uploader_id"] = #"""
                (SELECT n.user_id FROM kohaku_user AS n WHERE n.user_id = old."uploader_id")
                """#
        }
        // Where 013 came before, on PostgreSQL, sizes may need it.
        if let type = schema.column(rewrite.table, "size")?.type, type != "integer" {
            let size = ColumnDefinition(#""size" {bigint} NOT NULL"#)
            rewrite.columns = rewrite.columns.map { $0.name == size.name ? size : $0 }
        }
        rewrite.quarantine.insert(contentsOf: Self.incomplete(rewrite, on: schema), at: 0)
        return rewrite
    }

    /// Finds the ids that are one organization's old one and another's new one. Where the database itself still ties
    /// memberships to the old table, the older upgrade has rewritten none, and they are old.
    func findAmbiguous(_ database: MigrationContext) throws {
        let isTied =
            database.dialect == .postgresql
            && database.schema.tables["userorganization"]?.foreignKeys
                .contains { $0.referencedTable == "organization" } == true
        try database.createTemporaryTable(
            "kohaku_ambiguous", "organization_id INTEGER PRIMARY KEY",
            from: #"""
                SELECT o.old_id FROM kohaku_organization AS o JOIN "user" AS u ON u."id" = o.old_id
                WHERE o.new_id <> o.old_id AND \#(isTied ? "false" : Self.isOrganization("u", database.schema))
                """#)
    }

    func ambiguousOrganizations(_ database: MigrationContext) throws -> Finding? {
        try database.finding(
            .error, code: "organization_id_ambiguous", table: "userorganization",
            about: #"""
                SELECT q.what || ': organization "' || g."name" || '" or "' || u."username" || '"'
                FROM (
                    SELECT 'membership ' || m."id" AS what, m."organization_id" AS organization_id
                    FROM "userorganization" AS m
                    UNION ALL
                    SELECT 'invitation ' || i.invitation_id, i.given_id FROM kohaku_invitation AS i
                ) AS q JOIN kohaku_ambiguous AS a ON a.organization_id = q.organization_id
                    JOIN "organization" AS g ON g."id" = a.organization_id
                    JOIN "user" AS u ON u."id" = a.organization_id
                ORDER BY q.what
                """#,
            action: "Delete those rows and invite the members again when the repair is done, or restore a backup."
        ) { count in
            """
            \(count) membership(s) and invitation(s) have an id that was one organization's before the older upgrade and is \
            another's since, and nothing tells which is meant.
            """
        }
    }
}

extension ForeignkeyRefactoring {
    /// Makes tables of version 8 that are missing, for later migrations to go on from.
    static func createMissing(_ tables: [String], _ database: MigrationContext) throws {
        for rewrite in rewrites where tables.contains(rewrite.table) {
            try database.createTable(rewrite.table, rewrite.creation)
        }
    }
}
