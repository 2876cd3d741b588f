public import Migrations

extension Catalogue {
    /// KohakuHub's migrations and its newest schema.
    public static let kohakuHub = Catalogue(
        migrations: registeredMigrations,
        canonicalTables: CanonicalSchema.tables,
        rootTable: "user",
        hallmarks: [
            ("repository", "full_id"), ("file", "path_in_repo"), ("stagingupload", "path_in_repo"),
            ("lfsobjecthistory", "path_in_repo"),
        ],
        // The hub of the first days knew its users by name only.
        baseline: .any([.column("user", "email"), .column("user", "password_hash")]),
        leftoverTables: CanonicalSchema.tables.flatMap {
            leftovers(
                of: $0.name, columns: $0.requiredColumns.subtracting(laterColumns[$0.name] ?? []),
                holdCredentials: credentialTables.contains($0.name))
        } + leftovers(of: "organization", columns: ["id", "name", "created_at"]) + [
            LeftoverTable("_org_id_mapping", of: "_org_id_mapping", columns: [])
        ],
        quarantine: .kohakuHub,
        vocabulary: .kohakuHub
    )

    /// The old table comes first: it was renamed before the new one could get its name, so it is complete.
    private static func leftovers(
        of table: String, columns: Set<String>, holdCredentials: Bool = false
    ) -> [LeftoverTable] {
        ["old", "new"].map {
            LeftoverTable("\(table)_\($0)", of: table, columns: columns, holdsCredentials: holdCredentials)
        }
    }

    /// Required columns that older versions lack.
    private static let laterColumns: [String: Set<String>] = ["user": ["normalized_name", "is_org"]]

    /// The tables whose rows are credentials.
    private static let credentialTables: Set = [
        "session", "token", "sshkey", "emailverification", "confirmationtoken", "userexternaltoken",
    ]
}

extension Quarantine {
    /// The quarantine of a hub.
    public static let kohakuHub = Quarantine(table: "kohaku_quarantine")
}

extension Vocabulary {
    /// The vocabulary of kohaku-migrate.
    public static let kohakuHub = Vocabulary(
        name: "hub", article: "a", command: "kohaku-migrate",
        consent: "run with --yes or set KOHAKU_HUB_AUTO_MIGRATE=true")
}
