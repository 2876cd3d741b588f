import Migrations

/// What the operator should know or must decide before anything changes.
extension ForeignkeyRefactoring {
    func findings(_ database: MigrationContext) throws -> [Finding] {
        let misfits = try misfits(database)
        guard misfits.isEmpty else { return misfits }
        var findings = ownReferences(database.schema)
        findings += try [dependents(database)].compactMap { $0 }
        findings += try standInConverted(database)
        let incomplete = try incompleteFindings(database)
        findings += incomplete
        // Decisions need these columns, and their values.
        guard incomplete.isEmpty else { return findings }
        findings += try duplicateFindings(database)
        let standIns = try decide(database)
        findings += try [ambiguousOrganizations(database)].compactMap { $0 }
        findings += try nameFindings(database)
        findings += try placementFindings(database)
        for rewrite in Self.rewrites where Self.isOld(rewrite.table, database.schema) {
            let rewrite = self.rewrite(rewrite, on: database.schema)
            findings += try database.findings(of: rewrite) + referenceFindings(rewrite, database)
        }
        try dropStandIns(standIns, database)
        for belonging in Self.belongings(on: database.schema) { findings += try database.findings(of: belonging) }
        return findings
    }

    /// Tables of the operator's own that reference organizations: those get other ids, in another table.
    private func ownReferences(_ schema: Schema) -> [Finding] {
        let tables = schema.tables.values.filter { table in
            table.name != "userorganization" && table.foreignKeys.contains { $0.referencedTable == "organization" }
        }
        guard !tables.isEmpty else { return [] }
        return [
            Finding(
                .error, code: "own_reference", table: "organization", count: Int64(tables.count),
                message:
                    "\(tables.count) table(s) that are not the hub's reference organization, which becomes part of user.",
                examples: tables.map(\.name).sorted(),
                action: """
                    Add a column to each that holds the organization's name, drop those foreign keys, and run again. \
                    Organizations are users then, with other ids: look the new ids up by username, and reference user.
                    """)
        ]
    }

    /// Rows of the operator's own tables that reference rows which go to quarantine.
    private func referenceFindings(_ rewrite: TableRewrite, _ database: MigrationContext) throws -> [Finding] {
        guard !rewrite.quarantine.isEmpty else { return [] }
        let hubs = Self.rewrites.map(\.table) + Self.belongings(on: database.schema).map(\.table) + ["organization"]
        let going = database.rows(meeting: rewrite.quarantine, of: rewrite.table)
        let own = database.schema.tables.values.filter { !hubs.contains($0.name) }.sorted { $0.name < $1.name }
        let inside = own.flatMap { table in
            table.foreignKeys.filter {
                $0.referencedTable == rewrite.table && $0.columns.count == 1 && $0.referencedColumns == ["id"]
            }.map { (table.name, table.name.quotedIdentifier, $0.columns[0]) }
        }
        let outside = try database.connection.foreignKeys(fromOutsideTo: rewrite.table).map {
            ($0.table, $0.relation, $0.columns[0])
        }
        return try (inside + outside).compactMap { table, relation, name in
            let column = name.quotedIdentifier
            return try database.finding(
                .error, code: "own_reference", table: table,
                about: """
                    SELECT '\(rewrite.table) ' || \(column) FROM \(relation)
                    WHERE \(column) IN (SELECT id FROM (\(going)) AS going)
                    ORDER BY \(column)
                    """,
                action: "Drop the foreign key, or delete those rows if they are of no use."
            ) { "\($0) row(s) of \(table), which is not the hub's, reference rows that go to quarantine." }
        }
    }

    private func dependents(_ database: MigrationContext) throws -> Finding? {
        let old = Self.rewrites.filter { Self.isOld($0.table, database.schema) }
        let changes = old.map { (table: $0.table, columns: Optional($0.replacedColumns)) }.filter { $0.columns != [] }
        return try database.dependentsInTheWay(
            of: changes + [(table: "organization", columns: nil)] + convertedColumns(database.schema),
            losing: lostAttachments(database)
        ) { "\($0) view(s) or the like use columns or the table of organizations, which go." }
    }

    /// Rows that would be equal under the new unique indexes; only a hub that lost its own unique indexes has them.
    private func duplicateFindings(_ database: MigrationContext) throws -> [Finding] {
        let unique = [
            ("file", ["repo_full_id", "path_in_repo"]), ("commit", ["commit_id", "repo_full_id"]),
            ("token", ["token_hash"]), ("session", ["session_id"]), ("sshkey", ["fingerprint"]),
            ("emailverification", ["token"]), ("invitation", ["token"]), ("user", ["email"]), ("user", ["username"]),
            ("organization", ["name"]),
            ("repository", ["repo_type", "namespace", "name"]),
        ]
        return try unique.compactMap { table, columns in
            guard let present = database.schema.tables[table],
                try !Signature.uniqueIndex(table, columns: columns).holds(on: database.schema),
                columns.allSatisfy({ present.column($0) != nil })
            else { return nil }
            let list = columns.map(\.quotedIdentifier).joined(separator: ", ")
            return try database.finding(
                .error, code: "duplicate_rows", table: table,
                about: """
                    SELECT \(columns.map(\.quotedIdentifier).joined(separator: " || ', ' || ")) FROM \(table.quotedIdentifier)
                    WHERE \(columns.map { "\($0.quotedIdentifier) IS NOT NULL" }.joined(separator: " AND "))
                    GROUP BY \(list) HAVING count(*) > 1 ORDER BY \(list)
                    """,
                action: "Change all but one of each, or delete those that are the same row twice."
            ) { "\($0) value(s) of (\(columns.joined(separator: ", "))) occur more than once in \(table)." }
        }
    }

    private func nameFindings(_ database: MigrationContext) throws -> [Finding] {
        let normalized = try database.finding(
            .warning, code: "normalized_name_collision", table: "user",
            about: """
                SELECT CASE WHEN n.is_org = 1 THEN 'organization ' || coalesce(o.old_id, 0) ELSE 'user ' || n.user_id END
                    || ' "' || n.username || '" becomes ' || n.normalized_name
                FROM kohaku_user AS n LEFT JOIN kohaku_organization AS o ON o.new_id = n.user_id
                WHERE n.normalized_name LIKE '%~' || n.user_id
                    AND NOT (n.is_org = 1 AND EXISTS (
                        SELECT 1 FROM kohaku_user AS u WHERE u.username = n.username AND u.is_org = 0))
                ORDER BY n.user_id
                """
        ) { count in
            """
            \(count) name(s) are like an earlier one but for case, - and _. The first keeps the normalized name, and the \
            others get ~ and their id.
            """
        }
        return try [nameCollisions(database), normalized].compactMap { $0 }
    }

    private func placementFindings(_ database: MigrationContext) throws -> [Finding] {
        let rules = [
            "by the LFS history and its commit", "by the time of a commit", "by a staged upload",
            "because no other repository existed when it was written",
        ]
        let decided = try rules.enumerated().map { index, rule in
            try database.finding(
                .notice, code: "shared_full_id_decided", table: "file",
                about: """
                    SELECT f.full_id || ': ' || f.path || ' to the ' || r.repo_type
                    FROM kohaku_file AS p JOIN kohaku_shared AS f ON f.file_id = p.file_id
                        JOIN kohaku_repository AS r ON r.repository_id = p.repository_id
                    WHERE p.rule = \(index + 1) ORDER BY p.file_id
                    """
            ) { "\($0) file(s) of a full id that several repositories share go to one of them \(rule)." }
        }
        let copied = try database.finding(
            .warning, code: "shared_full_id_copied", table: "file",
            about: """
                SELECT f.full_id || ': ' || f.path FROM kohaku_shared AS f
                WHERE f.file_id IN (SELECT file_id FROM kohaku_file WHERE copy > 0) ORDER BY f.file_id
                """
        ) {
            "\($0) file(s) of a full id that several repositories share are copied to each: nothing tells whose they are."
        }
        let guessed = try database.finding(
            .warning, code: "history_lowest_id", table: "lfsobjecthistory",
            about: "SELECT 'id ' || history_id FROM kohaku_history WHERE rule = 4 ORDER BY history_id"
        ) { "\($0) row(s) of the LFS history go to the repository with the lowest id that shares their full id." }
        let adopted = try database.finding(
            .notice, code: "moved_repository", table: "repository",
            about: """
                SELECT m.full_id || ' to ' || r.repo_type || ' ' || r.full_id
                FROM kohaku_moved AS m JOIN kohaku_repository AS r ON r.repository_id = m.repository_id
                ORDER BY m.full_id, m.repo_type
                """
        ) { "\($0) full id(s) of moved repositories: their commits and LFS history go to where their LFS objects are." }
        let owners = try database.finding(
            .notice, code: "owner_changed", table: "repository",
            about: #"""
                SELECT r."full_id" || ': user ' || r."owner_id" || ' to "' || n.username || '"'
                FROM "repository" AS r JOIN kohaku_repository AS p ON p.repository_id = r."id"
                    JOIN kohaku_user AS n ON n.user_id = p.owner_id
                WHERE p.owner_id <> r."owner_id" ORDER BY r."id"
                """#
        ) { "\($0) repository owner(s) become that of the namespace: theirs is gone, or is the old default 1." }
        let unreadable = try database.finding(
            .notice, code: "invitation_parameters", table: "invitation",
            about: "SELECT 'id ' || invitation_id FROM kohaku_unreadable ORDER BY invitation_id"
        ) { "\($0) invitation(s) have parameters that are not a JSON object: they stay as they are." }
        let usedBy =
            database.schema.has("invitation", "used_by")
            ? try database.finding(
                .notice, code: "invitation_used_by", table: "invitation",
                about: #"""
                    SELECT 'id ' || i."id" || ': user ' || i."used_by" FROM "invitation" AS i
                    WHERE i."used_by" IS NOT NULL AND \#(String.isNobody(#"i."used_by""#)) ORDER BY i."id"
                    """#
            ) { "\($0) invitation(s) were used by users who no longer exist: that becomes NULL." } : nil
        return (decided + [copied, guessed, adopted, owners, unreadable, usedBy]).compactMap { $0 }
    }
}
