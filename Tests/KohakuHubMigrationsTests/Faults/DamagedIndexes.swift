import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// A damaged SQLite file in which an index lacks the rows of its table.
@Suite("008 believes the rows of a table, not its indexes")
struct DamagedIndexes {
    /// The indexes of the tables that 008 reads.
    private static let indexes = [
        "commit_commit_id", "commit_repo_full_id", "commit_user_id", "commit_commit_id_repo_full_id",
        "emailverification_user", "file_repo_full_id", "file_path_in_repo", "file_sha256",
        "file_repo_full_id_path_in_repo", "invitation_token", "invitation_action", "invitation_created_by",
        "invitation_action_created_by", "lfsobjecthistory_repo_full_id", "lfsobjecthistory_path_in_repo",
        "lfsobjecthistory_sha256", "lfsobjecthistory_commit_id", "lfsobjecthistory_repo_full_id_path_in_repo",
        "organization_name", "repository_repo_type", "repository_namespace", "repository_full_id",
        "repository_owner_id", "repository_repo_type_namespace_name", "session_user_id",
        "stagingupload_repo_full_id", "token_user_id", "token_token_hash", "user_username", "user_email",
        "userorganization_user_id", "userorganization_organization_id",
    ]

    @Test(
        "and decides as it does on the sound file, or stops where SQLite itself finds the damage",
        arguments: ["\"id\" < 0", "\"id\" <> 2", "\"id\" <> 7"])
    func decides(_ remaining: String) throws {
        let sound = try upgraded(damaging: nil, leaving: remaining)
        var decided = 0
        for index in Self.indexes {
            let damaged = try upgraded(damaging: index, leaving: remaining)
            if damaged.isDone {
                decided += 1
                #expect(damaged.lines.symmetricDifference(sound.lines) == [], "\(index)")
            } else {
                #expect(damaged.lines == damaged.before, "\(index)")
            }
        }
        #expect(decided >= 5)
    }

    /// What is there before and after 008 alone, without the checks of a run.
    private func upgraded(
        damaging index: String?, leaving remaining: String
    ) throws -> (isDone: Bool, before: Set<String>, lines: Set<String>) {
        var outcome: (Bool, Set<String>, Set<String>)?
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("Mixed/z_v07_clean").load(into: database)
            if let index { try damage(index, leaving: remaining, database) }
            let connection = try database.connect()
            let before = try ComparableContents(DatabaseContents(of: connection)).lines
            var isDone = true
            do {
                try connection.withMigrationTransaction {
                    let context = MigrationContext(
                        connection: connection, schema: try connection.readSchema(), number: 8, quarantine: .kohakuHub)
                    try Catalogue.kohakuHub.migrations[7].migration.migrate(context)
                }
            } catch let error as DatabaseError {
                #expect(error.message.contains("malformed"), "\(error)")
                isDone = false
            }
            outcome = (isDone, before, try ComparableContents(DatabaseContents(of: connection)).lines)
        }
        return try #require(outcome)
    }

    /// Builds an index as a partial one, and then takes the condition away.
    private func damage(_ index: String, leaving remaining: String, _ database: TestDatabase) throws {
        let name = index.quotedLiteral
        try database.connect().execute(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = sql || ' WHERE \(remaining)' WHERE name = \(name);
            PRAGMA writable_schema = RESET
            """)
        try database.connect().execute("REINDEX \(index.quotedIdentifier)")
        try database.connect().execute(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = substr(sql, 1, instr(sql, ' WHERE ') - 1) WHERE name = \(name);
            PRAGMA writable_schema = RESET
            """)
    }
}
